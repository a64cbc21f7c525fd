package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One contender, started, warmed up, measured at the provider, checked and stopped. */
final class PollRun {
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Provider provider;
    private final Load load;

    PollRun(Provider provider, Load load) {
        this.provider = provider;
        this.load = load;
    }

    /**
     * @param directory empty, for what the contender writes
     * @throws IllegalStateException if a poll was not signed, or a change did not arrive
     */
    Sample of(Contender contender, Path directory) throws IOException, InterruptedException {
        provider.reset();
        long begin = System.nanoTime();
        try (Program program = contender.start(directory, provider, load)) {
            await(program, "polled", () -> counts().polls() > 0);
            double firstPoll = (System.nanoTime() - begin) / 1e9;
            await(program, "polled every job", () -> counts().polls() >= load.jobs());
            Thread.sleep(load.warmUp().toMillis());
            Sample sample = measure(program, firstPoll);
            check(contender, program, directory);
            return sample;
        }
    }

    private Sample measure(Program program, double firstPoll) throws IOException, InterruptedException {
        try (Vitals vitals = Vitals.of(program)) {
            double cpu = vitals.cpuMillis();
            long bytes = vitals.allocatedBytes();
            double providerCpu = provider.vitals.cpuMillis();
            long polls = counts().polls();
            long begin = System.nanoTime();
            Thread.sleep(load.window().toMillis());
            polls = counts().polls() - polls;
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new Sample(
                    polls / seconds,
                    (vitals.cpuMillis() - cpu) / polls,
                    (vitals.allocatedBytes() - bytes) / (double) polls,
                    (provider.vitals.cpuMillis() - providerCpu) / polls,
                    firstPoll);
        }
    }

    private void check(Contender contender, Program program, Path directory) throws IOException, InterruptedException {
        Counts counts = counts();
        if (counts.refused() > 0 || counts.checked() == 0) {
            throw new IllegalStateException(contender.label() + ": was refused, " + counts + program.log());
        }
        if (contender.arrived(directory, counts) < 0) {
            return;
        }
        provider.hold();
        await(program, "delivered every change", () -> {
            try {
                return contender.arrived(directory, counts()) == counts().changes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private Counts counts() {
        try {
            return provider.counts();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void await(Program program, String what, BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (!program.isAlive() || System.nanoTime() - begin > LIMIT_NANOS) {
                throw new IllegalStateException("has not " + what + ", " + counts() + "\n" + program.log());
            }
            Thread.sleep(20);
        }
    }
}
