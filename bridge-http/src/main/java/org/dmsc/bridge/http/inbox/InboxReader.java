package org.dmsc.bridge.http.inbox;

/** Who reads an inbox: an event stream, a poll. Called on any thread, sometimes under the inbox's lock: MUST NOT block. */
public interface InboxReader {

    /** Something is to be had by {@link Inbox#take}. */
    void ready(Inbox inbox);

    /** It is not read for this reader any more: somebody else reads it, or the agent could not be announced. */
    void dismissed(String why);
}
