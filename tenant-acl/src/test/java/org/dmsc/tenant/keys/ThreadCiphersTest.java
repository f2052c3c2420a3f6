package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

final class ThreadCiphersTest {

    private final ThreadCiphers ciphers = new ThreadCiphers();

    @Test
    void aThreadHasOneForEachClassOfKeyAndKeepsIt() {
        Cipher routing = ciphers.of(KeyClass.ROUTING);
        Cipher payload = ciphers.of(KeyClass.PAYLOAD);

        assertThat(routing).isNotSameAs(payload);
        assertThat(ciphers.of(KeyClass.ROUTING)).isSameAs(routing);
        assertThat(ciphers.of(KeyClass.PAYLOAD)).isSameAs(payload);
    }

    @Test
    void noTwoThreadsShareOne() {
        Cipher mine = ciphers.of(KeyClass.PAYLOAD);

        assertThat(CompletableFuture.supplyAsync(() -> ciphers.of(KeyClass.PAYLOAD))
                        .join())
                .isNotSameAs(mine);
    }

    @Test
    void whatIsForgottenIsForgottenForEveryThread() {
        Cipher routing = ciphers.of(KeyClass.ROUTING);
        Cipher payload = ciphers.of(KeyClass.PAYLOAD);

        CompletableFuture.runAsync(ciphers::forget).join();

        assertThat(ciphers.of(KeyClass.ROUTING)).isNotSameAs(routing);
        assertThat(ciphers.of(KeyClass.PAYLOAD)).isNotSameAs(payload);
    }
}
