package org.dmsc.router.audit;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * A window store that can be opened again after opening it failed. After a kill Streams finds that the files are not those of a commit, wipes
 * them, and opens the same store once more; but until 4.3.1 the store still has the segment at which its first opening failed, takes it for an
 * open one, and the thread dies of {@code InvalidStateStoreException: Store … is currently closed} (KAFKA-20808, mended on the branches trunk and
 * 4.3). Closing what failed to open drops that segment. Used by one stream thread, like what it wraps.
 */
final class ReopenableWindows implements WindowStore<Bytes, byte[]> {

    private final WindowStore<Bytes, byte[]> store;

    ReopenableWindows(WindowStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        try {
            store.init(context, root);
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(RuntimeException fault) {
        try {
            store.close();
        } catch (RuntimeException e) {
            // Streams decides by the first one what becomes of the task.
            fault.addSuppressed(e);
        }
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void commit(Map<TopicPartition, Long> offsets) {
        store.commit(offsets);
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return store.committedOffset(partition);
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public boolean persistent() {
        return store.persistent();
    }

    @Override
    @SuppressWarnings("deprecation") // Streams asks for it until every store manages its offsets.
    public boolean managesOffsets() {
        return store.managesOffsets();
    }

    @Override
    public boolean isOpen() {
        return store.isOpen();
    }

    @Override
    public Position getPosition() {
        return store.getPosition();
    }

    @Override
    public void put(Bytes key, byte[] value, long windowStart) {
        store.put(key, value, windowStart);
    }

    @Override
    public byte[] fetch(Bytes key, long windowStart) {
        return store.fetch(key, windowStart);
    }

    @Override
    public WindowStoreIterator<byte[]> fetch(Bytes key, long from, long to) {
        return store.fetch(key, from, to);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetch(Bytes first, Bytes last, long from, long to) {
        return store.fetch(first, last, from, to);
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> all() {
        return store.all();
    }

    @Override
    public KeyValueIterator<Windowed<Bytes>, byte[]> fetchAll(long from, long to) {
        return store.fetchAll(from, to);
    }
}
