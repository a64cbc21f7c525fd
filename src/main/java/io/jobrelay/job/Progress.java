package io.jobrelay.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * How far a job has come, as the provider counts it; a member that the provider does not give is null.
 *
 * @param percent 0 to 100
 * @param total things to do, in {@code unit}
 * @param completed things done without error
 * @param failed things done with an error
 * @param added things added to the dataset
 * @param deleted things removed from the dataset
 * @param unit what is counted: {@code FILE}, {@code SAMPLE}, {@code ROW}; open
 * @param sizeBytes size of the data in bytes
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Progress(
        @Nullable BigDecimal percent,
        @Nullable Long total,
        @Nullable Long completed,
        @Nullable Long failed,
        @Nullable Long added,
        @Nullable Long deleted,
        @Nullable String unit,
        @Nullable Long sizeBytes) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    public Progress {
        if (percent != null) {
            if (percent.signum() < 0 || percent.compareTo(HUNDRED) > 0) {
                throw new IllegalArgumentException("progress.percent: must be from 0 to 100");
            }
            // 100, 100.0 and 1E+2 are the same progress.
            percent = percent.stripTrailingZeros();
            percent = percent.scale() < 0 ? percent.setScale(0) : percent;
        }
    }
}
