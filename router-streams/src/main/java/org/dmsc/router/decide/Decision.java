package org.dmsc.router.decide;

import java.util.ArrayList;
import java.util.List;
import org.dmsc.schemas.Refusal;

/** What comes of a question. */
public sealed interface Decision {

    /** Who was looked at, best first, and what was made of each. */
    List<Considered> considered();

    /**
     * Give it to this agent.
     *
     * @param reasons in words, for the caller
     * @param figures the same without any word of a request or a card, for the audit log
     */
    record Assign(Candidate choice, List<String> reasons, List<String> figures, List<Considered> considered)
            implements Decision {

        public Assign {
            reasons = List.copyOf(reasons);
            figures = List.copyOf(figures);
            considered = List.copyOf(considered);
        }

        /** The same with one more figure. */
        Assign noting(String figure) {
            List<String> all = new ArrayList<>(reasons);
            all.add(figure);
            List<String> numbers = new ArrayList<>(figures);
            numbers.add(figure);
            return new Assign(choice, all, numbers, considered);
        }
    }

    /** Nobody yet: the caller shall say which of these skills it means. */
    record Ask(List<String> skills, String sentence, List<Considered> considered) implements Decision {

        public Ask {
            skills = List.copyOf(skills);
            considered = List.copyOf(considered);
        }
    }

    /** Nobody now; look again then. */
    record Defer(Refusal cause, String sentence, long until, List<Considered> considered) implements Decision {

        public Defer {
            considered = List.copyOf(considered);
        }
    }

    /** Nobody, and waiting does not help. */
    record Refuse(Refusal cause, String sentence, List<Considered> considered) implements Decision {

        public Refuse {
            considered = List.copyOf(considered);
        }
    }
}
