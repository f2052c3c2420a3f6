package org.dmsc.bridge.http.fetch;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.ClientRequestContextCaptor;
import com.linecorp.armeria.client.ClientTlsSpec;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.RequestOptions;
import com.linecorp.armeria.client.RequestOptionsBuilder;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.FetchOrder.Trust;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules.Permission;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetched.Outcome;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.fetch.Freshness;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.reactivestreams.Subscriber;

/**
 * {@link Fetcher} over Armeria.
 *
 * <pre>
 *   place allowed? ▸ breaker ▸ name resolved, once ▸ all addresses allowed? ▸ TLS to that address ▸ GET ▸ 200, at most 1 MiB
 * </pre>
 * The whole takes ten seconds at most. A name is resolved on one of few threads; each tenant may use only some of them, so that one whose
 * name servers are slow keeps nobody else waiting.
 */
public final class WebFetcher implements Fetcher, AutoCloseable {

    private static final int MOST_LOOKUPS = 32;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration THREAD_LIFE = Duration.ofSeconds(10);

    /**
     * How much of it there is.
     *
     * @param mostAtOnce calls of one tenant under way
     * @param connectionLife how long a connection is kept for the next call
     */
    public record Volume(int mostAtOnce, Duration connectionLife) {

        /** Connections are not worth keeping: key sets are fetched every few minutes, cards once. */
        public static final Volume NOW_AND_THEN = new Volume(4, Duration.ofSeconds(1));

        /** Services that do tasks. */
        public static final Volume WORK = new Volume(256, Duration.ofSeconds(30));
    }

    private final WebFetcherParts parts;
    private final FetchPolicy policy;
    private final Circuits circuits;
    private final FetchAudit audit;
    private final Verifiers.Web web;
    private final ClientFactory factory;
    private final ExecutorService lookups;

    public WebFetcher(WebFetcherParts parts) {
        this(parts, Volume.NOW_AND_THEN);
    }

    public WebFetcher(WebFetcherParts parts, Volume volume) {
        this.parts = parts;
        this.circuits = new Circuits(System::nanoTime, volume.mostAtOnce());
        this.policy = parts.rules().policy();
        this.audit = new FetchAudit(parts);
        this.web = Verifiers.web(parts.authorities());
        this.factory = ClientFactory.builder()
                .connectTimeout(CONNECT)
                .idleTimeout(volume.connectionLife())
                .build();
        this.lookups = new ThreadPoolExecutor(
                0,
                MOST_LOOKUPS,
                THREAD_LIFE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                WebFetcher::thread);
    }

    @Override
    public CompletionStage<Fetched> get(FetchOrder order) {
        RequestHeadersBuilder headers = RequestHeaders.builder(
                        HttpMethod.GET, order.destination().path())
                .authority(order.destination().authority())
                .add(HttpHeaderNames.ACCEPT, "application/json, application/jwk-set+json");
        order.known().ifPresent(known -> {
            known.tag().ifPresent(tag -> headers.add(HttpHeaderNames.IF_NONE_MATCH, tag));
            known.modified().ifPresent(since -> headers.add(HttpHeaderNames.IF_MODIFIED_SINCE, since));
        });
        return exchange(
                order,
                HttpRequest.of(headers.build()),
                policy.patience(),
                whole((context, response) -> fetched(order, context, response)));
    }

    /**
     * Calls a service under the same rules; any status is an answer.
     *
     * @param headers with method, path and authority of the order's destination
     */
    public CompletionStage<AggregatedHttpResponse> call(
            FetchOrder order, RequestHeaders headers, byte[] body, Duration patience) {
        HttpRequest request = body.length == 0 ? HttpRequest.of(headers) : HttpRequest.of(headers, HttpData.wrap(body));
        return exchange(order, request, patience, whole((context, response) -> response));
    }

    /**
     * Calls a service under the same rules, and has its answer heard while it comes; any status is an answer. How much of it is too much the
     * listener decides. Against the breaker counts what ends the stage exceptionally.
     *
     * @param headers with method, path and authority of the order's destination
     * @param patience for the whole answer
     * @return completes with the listener's {@link StreamListener#over}; exceptionally when nobody could be asked, or not in time: then the
     *     listener may still be subscribed, and MUST cancel
     */
    public CompletionStage<Void> stream(
            FetchOrder order, RequestHeaders headers, byte[] body, Duration patience, StreamListener listener) {
        return exchange(
                order, HttpRequest.of(headers, HttpData.wrap(body)), patience, new Reading<>(0, (context, response) -> {
                    response.subscribe(listener);
                    return listener.over().toCompletableFuture();
                }));
    }

    /** Who hears an answer piece by piece: first its headers, at the end its trailers, if it has any. */
    public interface StreamListener extends Subscriber<HttpObject> {

        /** Completes when no more is wanted; exceptionally when the answer was cut. */
        CompletionStage<Void> over();
    }

    /** The largest answer that is read whole, in bytes. */
    public int mostBytes() {
        return policy.maxBytes();
    }

    /**
     * POSTs under the same rules. Any 2xx is success; what is answered is not read further than it must be.
     *
     * @param headers beside those of the destination
     */
    public CompletionStage<Void> post(FetchOrder order, HttpHeaders headers, byte[] body) {
        RequestHeaders all = RequestHeaders.builder(
                        HttpMethod.POST, order.destination().path())
                .add(headers)
                .authority(order.destination().authority())
                .build();
        return exchange(
                        order,
                        HttpRequest.of(all, HttpData.wrap(body)),
                        policy.patience(),
                        whole((context, response) -> {
                            if (!response.status().isSuccess()) {
                                throw answered(order, response, "2xx");
                            }
                            return response;
                        }))
                .thenAccept(done -> {});
    }

    /** What is made of a whole answer. */
    private interface WholeReading<T> {
        T read(ClientRequestContext context, AggregatedHttpResponse response);
    }

    /** What is made of an answer as it comes. */
    private interface Hearing<T> {
        CompletableFuture<T> read(ClientRequestContext context, HttpResponse response);
    }

    /** @param most longest answer in bytes; 0 when whoever hears it counts himself */
    private record Reading<T>(long most, Hearing<T> hearing) {}

    private <T> Reading<T> whole(WholeReading<T> reading) {
        return new Reading<>(
                policy.maxBytes(),
                (context, response) -> response.aggregate().thenApply(all -> reading.read(context, all)));
    }

    private <T> CompletionStage<T> exchange(
            FetchOrder order, HttpRequest request, Duration patience, Reading<T> reading) {
        try {
            parts.rules().requirePlace(order.tenant(), order.destination());
            Circuits.Circuit circuit = circuits.enter(order);
            return look(order)
                    .thenCompose(addresses -> call(order, addresses, request, patience, reading))
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .handle((fetched, failure) -> ended(order, circuit, fetched, failure));
        } catch (RefusedException e) {
            audit.refused(order, e);
            return CompletableFuture.failedStage(e);
        }
    }

    /** Ends all calls. */
    @Override
    public void close() {
        lookups.shutdownNow();
        factory.close();
    }

    private CompletableFuture<List<InetAddress>> look(FetchOrder order) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> addresses(order.destination().host()), lookups);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private List<InetAddress> addresses(String host) {
        try {
            return parts.resolver().resolve(host);
        } catch (UnknownHostException e) {
            throw new RefusedException(
                    Refusal.FETCH_FAILED, "url: " + host + " cannot be resolved (expected a DNS entry)");
        }
    }

    private <T> CompletableFuture<T> call(
            FetchOrder order, List<InetAddress> addresses, HttpRequest request, Duration patience, Reading<T> reading) {
        Permission permission = parts.rules().permit(order.destination(), addresses);
        return audit.permitted(order, permission)
                .thenCompose(audited -> send(order, permission, request, patience, reading))
                .toCompletableFuture();
    }

    private <T> CompletableFuture<T> send(
            FetchOrder order, Permission permission, HttpRequest request, Duration patience, Reading<T> reading) {
        Destination destination = order.destination();
        Endpoint endpoint = Endpoint.of(destination.host(), destination.port()).withInetAddress(permission.address());
        WebClient client = WebClient.builder(SessionProtocol.HTTPS, endpoint)
                .factory(factory)
                .build();
        try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
            HttpResponse response = client.execute(request, options(order.trust(), patience, reading.most()));
            return reading.hearing().read(captor.get(), response);
        }
    }

    private RequestOptions options(Trust trust, Duration patience, long most) {
        RequestOptionsBuilder options =
                RequestOptions.builder().responseTimeout(patience).maxResponseLength(most);
        if (trust == Trust.WEB) {
            return options.clientTlsSpec(
                            ClientTlsSpec.builder().verifierFactories(web).build())
                    .build();
        }
        IssuedIdentity identity = parts.identity().get();
        return options.clientTlsSpec(ClientTlsSpec.builder()
                        .tlsKeyPair(TlsKeyPair.of(identity.key(), identity.chain()))
                        .verifierFactories(new Verifiers.Fabric(parts.peers()))
                        .build())
                .build();
    }

    private Fetched fetched(FetchOrder order, ClientRequestContext context, AggregatedHttpResponse response) {
        Outcome outcome = outcome(order, response).orElseThrow(() -> answered(order, response, "200"));
        Optional<SpiffeId> peer = order.trust() == Trust.FABRIC ? Optional.of(peer(context)) : Optional.empty();
        ResponseHeaders headers = response.headers();
        return new Fetched(
                outcome == Outcome.FOUND ? response.content().array() : new byte[0],
                peer,
                outcome,
                Freshness.of(
                        headers.get(HttpHeaderNames.ETAG, ""),
                        headers.get(HttpHeaderNames.LAST_MODIFIED, ""),
                        headers.get(HttpHeaderNames.CACHE_CONTROL, "")));
    }

    private static Optional<Outcome> outcome(FetchOrder order, AggregatedHttpResponse response) {
        HttpStatus status = response.status();
        if (status.equals(HttpStatus.OK)) {
            return Optional.of(Outcome.FOUND);
        }
        if (status.equals(HttpStatus.NOT_MODIFIED)) {
            // Nobody was asked on condition: it would be an answer to another question.
            return order.known().filter(Freshness::isKnown).map(known -> Outcome.UNCHANGED);
        }
        boolean gone = status.equals(HttpStatus.NOT_FOUND) || status.equals(HttpStatus.GONE);
        return order.known().filter(known -> gone).map(known -> Outcome.GONE);
    }

    private static RefusedException answered(FetchOrder order, AggregatedHttpResponse response, String expected) {
        return new RefusedException(
                Refusal.FETCH_FAILED,
                "url: " + order.destination().authority() + " answered HTTP "
                        + response.status().code() + " (expected " + expected + "; redirects are not followed)");
    }

    private SpiffeId peer(ClientRequestContext context) {
        SSLSession session = context.sslSession();
        try {
            Certificate[] chain = session == null ? new Certificate[0] : session.getPeerCertificates();
            if (chain.length > 0 && chain[0] instanceof X509Certificate leaf) {
                return parts.peers().validate(List.of(leaf));
            }
        } catch (SSLPeerUnverifiedException e) {
            // falls through: without a certificate nobody is there
        }
        throw new RefusedException(
                Refusal.FETCH_FAILED, "url: whoever answered showed no certificate (expected an agent's)");
    }

    private <T> T ended(FetchOrder order, Circuits.Circuit circuit, T fetched, Throwable failure) {
        if (failure == null) {
            circuit.succeeded();
            return fetched;
        }
        RefusedException refused = FetchFailures.of(order.destination(), policy, failure);
        circuit.failed();
        audit.refused(order, refused);
        throw new CompletionException(refused);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "dmsc-lookup");
        thread.setDaemon(true);
        return thread;
    }
}
