package io.jobrelay.benchmark;

import io.jobrelay.watch.Pace;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * Jobs whose lives are log-normal, each polled from its beginning at a pace until it is seen to have ended. The pace is asked
 * as the ledger asks it; time is a number, so the outcome is the same everywhere.
 */
final class PaceSimulation {
    private static final long SEED = 5;

    private final long[] lives;

    /**
     * @param median of the lives
     * @param sigma the spread: two thirds of the lives are within a factor of {@code e^sigma} of the median
     */
    PaceSimulation(int jobs, Duration median, double sigma) {
        Random random = new Random(SEED);
        this.lives = new long[jobs];
        Arrays.setAll(
                lives, job -> Math.max(1, Math.round(median.toMillis() * Math.exp(sigma * random.nextGaussian()))));
    }

    /**
     * What a pace gave.
     *
     * @param calls polls for each job, the one that saw its end included
     * @param median of the delays, each as a share of the job's life
     * @param high nine tenths of these delays are below it
     * @param worst the longest of these delays, of jobs that lived for ten times the shortest wait or longer
     */
    record Outcome(double calls, double median, double high, double worst) {}

    Outcome of(Pace pace) {
        double[] delays = new double[lives.length];
        long calls = 0;
        double worst = 0;
        for (int job = 0; job < lives.length; job++) {
            long now = 0;
            for (calls++; now < lives[job]; calls++) {
                now += pace.afterAnswer(Duration.ofMillis(now)).toMillis();
            }
            delays[job] = (now - lives[job]) / (double) lives[job];
            if (lives[job] >= 10 * pace.shortest().toMillis()) {
                worst = Math.max(worst, delays[job]);
            }
        }
        Arrays.sort(delays);
        return new Outcome(
                calls / (double) lives.length, delays[lives.length / 2], delays[lives.length * 9 / 10], worst);
    }

    /** The fixed pace that comes nearest to so many calls for each job. */
    Pace fixed(double calls) {
        long low = 1;
        long high = Arrays.stream(lives).max().orElseThrow();
        while (low < high) {
            long middle = (low + high) / 2;
            if (callsAt(middle) > calls) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return new Pace(Duration.ofMillis(low), Duration.ofMillis(low));
    }

    private double callsAt(long interval) {
        return Arrays.stream(lives)
                .mapToDouble(life -> 1 + Math.ceil(life / (double) interval))
                .average()
                .orElseThrow();
    }
}
