package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;

import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The schemes: our signer of each, the vendor's, and what of a random request the vendor's can take. */
enum Scheme {
    /** Alibaba's takes its parameters in a map, so no name is repeated. */
    ACS3(new Acs3HmacSha256(() -> "none yet")) {
        @Override
        RequestSigner ours(RandomRequest request) {
            return new Acs3HmacSha256(request::nonce);
        }

        @Override
        RandomRequest takenByTheVendor(RandomRequest request) {
            return request.withoutRepeatedNames();
        }

        @Override
        SortedMap<String, String> headers(RandomRequest request) {
            SortedMap<String, String> headers = new TreeMap<>(Map.of(
                    "x-acs-content-sha256", VendorSigners.acs3BodyHash(request.body()),
                    "x-acs-date", ISO.format(request.now()),
                    "x-acs-signature-nonce", request.nonce()));
            if (token(request) != null) {
                headers.put("x-acs-security-token", requireNonNull(token(request)));
                headers.put("x-acs-accesskey-id", request.credentials().accessKey());
            }
            return headers;
        }

        @Override
        String authorization(RandomRequest request, Map<String, String> headers) {
            return VendorSigners.acs3(request, headers);
        }
    },

    /**
     * Huawei's takes the path in decoded form and through {@link java.net.URL}, so no segment has a {@code /},
     * {@code ?} or {@code #} or ends in white space. It makes an empty path of several slashes alone, so there is none
     * of these. It signs a parameter twice, encoded and raw, if the name needs encoding, so no name does.
     */
    ACCESS(new SdkHmacSha256()) {
        @Override
        RandomRequest takenByTheVendor(RandomRequest request) {
            return request.withSegments(
                            segment -> segment.replaceAll("[/?#]", "").stripTrailing())
                    .withNames(name -> "k" + name.replaceAll("[^A-Za-z0-9._~-]", ""));
        }

        @Override
        boolean isTakenByTheVendor(RandomRequest request) {
            return !request.decodedPath().matches("//+");
        }

        @Override
        SortedMap<String, String> headers(RandomRequest request) {
            return sdkHeaders(request);
        }

        @Override
        String authorization(RandomRequest request, Map<String, String> headers) {
            return VendorSigners.access(request, headers);
        }
    },

    /**
     * Huawei's takes the path in decoded form and its parameters in a map, so no segment has a {@code /} and no name
     * is repeated. It does not sort names without regard to case, as the Open Telekom Cloud's clients do, so all are in
     * lower case. It adds no slash to the path, so it is given one.
     */
    CREDENTIAL(new SdkHmacSha256Scoped("eu-de", "modelarts")) {
        @Override
        RandomRequest takenByTheVendor(RandomRequest request) {
            return request.withSegments(segment -> segment.replace("/", ""))
                    .withNames(name -> name.toLowerCase(Locale.ROOT))
                    .withoutRepeatedNames();
        }

        @Override
        SortedMap<String, String> headers(RandomRequest request) {
            return sdkHeaders(request);
        }

        @Override
        String authorization(RandomRequest request, Map<String, String> headers) {
            return VendorSigners.credential(request, headers, "eu-de", "modelarts");
        }
    },

    /** Amazon's always signs the hash of the body as a header too, so the request has it. */
    AWS(new AwsSigV4("us-east-1", "batch")) {
        @Override
        RandomRequest takenByTheVendor(RandomRequest request) {
            return request.withHeader("x-amz-content-sha256", Digests.sha256Hex(request.body()))
                    .withHeader("x-amz-target", "AWSGlue.Get   " + request.nonce());
        }

        @Override
        SortedMap<String, String> headers(RandomRequest request) {
            SortedMap<String, String> headers = new TreeMap<>(Map.of("x-amz-date", SDK.format(request.now())));
            if (token(request) != null) {
                headers.put("x-amz-security-token", requireNonNull(token(request)));
            }
            return headers;
        }

        @Override
        String authorization(RandomRequest request, Map<String, String> headers) {
            return VendorSigners.aws(request, "us-east-1", "batch");
        }
    },

    /** Baidu's takes its parameters in a map, so no name is repeated. */
    BCE(new BceAuthV1()) {
        @Override
        RandomRequest takenByTheVendor(RandomRequest request) {
            return request.withoutRepeatedNames();
        }

        @Override
        SortedMap<String, String> headers(RandomRequest request) {
            SortedMap<String, String> headers = new TreeMap<>(Map.of("x-bce-date", ISO.format(request.now())));
            if (token(request) != null) {
                headers.put("x-bce-security-token", requireNonNull(token(request)));
            }
            return headers;
        }

        @Override
        String authorization(RandomRequest request, Map<String, String> headers) {
            return VendorSigners.bce(request, headers);
        }
    };

    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SDK =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @SuppressWarnings("ImmutableEnumChecker") // signers are
    final RequestSigner ours;

    Scheme(RequestSigner ours) {
        this.ours = ours;
    }

    abstract RandomRequest takenByTheVendor(RandomRequest request);

    boolean isTakenByTheVendor(RandomRequest request) {
        return true;
    }

    /** What the vendor's clients send beside the signature. */
    abstract SortedMap<String, String> headers(RandomRequest request);

    /** What the vendor's code signs with. */
    abstract String authorization(RandomRequest request, Map<String, String> headers);

    /** All headers to add, as the vendor has them. */
    SortedMap<String, String> signedByTheVendor(RandomRequest request) {
        SortedMap<String, String> headers = headers(request);
        headers.put("authorization", authorization(request, headers));
        return headers;
    }

    Map<String, String> signedByUs(RandomRequest request) {
        return ours(request).sign(request.unsigned(), request.credentials(), request.now());
    }

    RequestSigner ours(RandomRequest request) {
        return ours;
    }

    /** The same requests every time. */
    Stream<RandomRequest> requests(int count) {
        return new RandomRequests(name().hashCode())
                .stream(count).map(this::takenByTheVendor).filter(this::isTakenByTheVendor);
    }

    private static @Nullable String token(RandomRequest request) {
        return request.credentials().securityToken();
    }

    private static SortedMap<String, String> sdkHeaders(RandomRequest request) {
        SortedMap<String, String> headers = new TreeMap<>(Map.of("x-sdk-date", SDK.format(request.now())));
        if (token(request) != null) {
            headers.put("x-security-token", requireNonNull(token(request)));
        }
        return headers;
    }
}
