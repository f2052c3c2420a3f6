package org.dmsc.router.audit;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;

/** Of {@link ReopenableWindows}; in everything else the same as the supplier that it is given. */
record ReopenableSupplier(WindowBytesStoreSupplier stores) implements WindowBytesStoreSupplier {

    @Override
    public String name() {
        return stores.name();
    }

    @Override
    public WindowStore<Bytes, byte[]> get() {
        return new ReopenableWindows(stores.get());
    }

    @Override
    public String metricsScope() {
        return stores.metricsScope();
    }

    @Override
    public long segmentIntervalMs() {
        return stores.segmentIntervalMs();
    }

    @Override
    public long windowSize() {
        return stores.windowSize();
    }

    @Override
    public boolean retainDuplicates() {
        return stores.retainDuplicates();
    }

    @Override
    public long retentionPeriod() {
        return stores.retentionPeriod();
    }
}
