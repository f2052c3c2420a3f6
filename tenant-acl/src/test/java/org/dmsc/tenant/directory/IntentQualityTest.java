package org.dmsc.tenant.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.AgentCards.skill;
import static org.dmsc.tenant.testing.AgentCards.snapshot;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.util.JSONArrayUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

/** How often the right one of 199 capabilities comes first for real requests, without having learnt anything. */
class IntentQualityTest {

    private static final Path DATA = Path.of(System.getProperty("dmsc.intents", "/work/shared/data/intents"));

    /** Every n-th line: the figure hardly moves, the test is short. */
    private static final int EVERY = 5;

    @Test
    void firstChoiceIsRightAtLeastFourTimesInTen() throws IOException {
        assumeTrue(Files.isReadable(DATA.resolve("intents.csv")), "no intents at " + DATA + ": set -Ddmsc.intents");
        CapabilityIndex index = index();
        List<String> lines = Files.readAllLines(DATA.resolve("intents.csv"));

        int asked = 0;
        int first = 0;
        int amongFive = 0;
        long nanos = 0;
        for (int i = 1; i < lines.size(); i += EVERY) {
            int comma = lines.get(i).lastIndexOf(',');
            if (comma < 0) {
                continue;
            }
            String right = lines.get(i).substring(comma + 1);
            Query query = new Query(
                    Set.of(new TenantId("acme")),
                    Optional.empty(),
                    Set.of(),
                    lines.get(i).substring(0, comma),
                    5);
            long start = System.nanoTime();
            List<String> found = index.search(query).stream().map(Match::skill).toList();
            nanos += System.nanoTime() - start;
            asked++;
            first += !found.isEmpty() && found.get(0).equals(right) ? 1 : 0;
            amongFive += found.contains(right) ? 1 : 0;
        }

        System.out.printf(
                "intents: %d asked, first %.3f, among five %.3f, %.1f µs each%n",
                asked, (double) first / asked, (double) amongFive / asked, nanos / 1e3 / asked);
        assertThat((double) first / asked).isGreaterThanOrEqualTo(0.40);
        assertThat((double) amongFive / asked).isGreaterThanOrEqualTo(0.59);
    }

    private static CapabilityIndex index() throws IOException {
        CapabilityIndex index = new CapabilityIndex();
        int i = 0;
        for (Object entry : capabilities()) {
            Map<?, ?> capability = (Map<?, ?>) entry;
            AgentRef agent = AgentRef.of("acme", "a" + i++);
            String name = (String) capability.get("capability");
            String description = (String) capability.get("description");
            index.update(agent, Optional.of(snapshot(agent, name, "", skill(name, name, description))));
        }
        return index;
    }

    private static List<Object> capabilities() throws IOException {
        try {
            return JSONArrayUtils.parse(Files.readString(DATA.resolve("capabilities.json")));
        } catch (ParseException e) {
            throw new IOException(e);
        }
    }
}
