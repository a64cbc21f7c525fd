# One run of a job of AWS Glue: the reply of GetJobRun becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"JobName": "nightly", "RunId": "jr_22222222222222222222"}}' \
#     -f routes/providers/aws-glue-job-run.jq seeds/aws-glue-job-run/replies/03-running.json

def states: {
  "WAITING": "QUEUED",
  "STARTING": "STARTING",
  "RUNNING": "RUNNING",
  "STOPPING": "CANCELLING",
  "STOPPED": "CANCELLED",
  "SUCCEEDED": "SUCCEEDED",
  "FAILED": "FAILED",
  "TIMEOUT": "FAILED",
  "ERROR": "FAILED",
  "EXPIRED": "FAILED"
};

def reasons: {
  "TIMEOUT": "TIMEOUT",
  "ERROR": "PROVIDER_ERROR",
  "EXPIRED": "EXPIRED"
};

# Times are in seconds, with a fraction. Through text, since only that makes a whole number of them.
def millis: if . == null then null else . * 1000 | floor | tostring | tonumber end;

$watch.parameters as $asked
| .JobRun
| {
    key: [$asked.JobName, $asked.RunId],
    echo: {JobName, RunId: .Id},
    type: .WorkerType,
    name: .JobName,
    provider: {
      name: "Amazon Web Services",
      service: "Glue",
      jobId: $asked.RunId
    },
    providerState: .JobRunState,
    state: states[.JobRunState // ""],
    reason: reasons[.JobRunState // ""],
    message: (.ErrorMessage // .StateDetail),
    startTime: (.StartedOn | millis),
    endTime: (.CompletedOn | millis),
    updateTime: (.LastModifiedOn | millis),
    runMillis: (.ExecutionTime | millis),
    error: (if .ErrorMessage == null then null else {message: .ErrorMessage} end),
    raw: .
  }
