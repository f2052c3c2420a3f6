package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.dmsc.router.run.CommitPace;
import org.dmsc.router.run.ReadMarks;
import org.dmsc.router.testing.FakeDirectory;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.policy.Policies;
import org.junit.jupiter.api.Test;

/** A changed name of a node or store strands the state of every running fabric: it must be a reviewed change. */
class DescribeTest {

    @Test
    void theTopologyIsTheReviewedOne() throws IOException {
        try (TestLane lane = new TestLane();
                InputStream golden = DescribeTest.class.getResourceAsStream("/router-topology.txt")) {
            FakeDirectory directory = new FakeDirectory();
            InFlight inFlight = new InFlight(1);
            Candidates candidates = new Candidates(
                    directory.tenants(),
                    Policies.none(),
                    directory.agents(),
                    directory.index,
                    Experiences.NONE,
                    inFlight);

            String described = TestLane.topology(
                            lane.envelopes,
                            lane.codec,
                            candidates,
                            directory,
                            new RouterParts.Sharing(
                                    1, inFlight, new RouterCounters(), new CommitPace(), new ReadMarks()))
                    .describe()
                    .toString()
                    .replaceAll("extractor class: \\S+", "extractor class: by record");

            assertThat(described.strip()).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }
}
