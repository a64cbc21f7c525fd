# One job of Google Cloud Vertex AI v1 becomes a draft of a job record: custom jobs, pipeline runs, batch predictions and tuning
# jobs have these members in common.
#
# Try it:
#   jq --argjson watch '{"parameters": {"project": "p", "location": "l", "custom_job": "1"}}' \
#     -f routes/providers/gcp-vertex.jq seeds/gcp-vertex-custom-job/replies/03-running.json

# JobState and PipelineState, without their prefixes.
def states: {
  "QUEUED": "QUEUED",
  "PENDING": "STARTING",
  "RUNNING": "RUNNING",
  "UPDATING": "RUNNING",
  "PAUSED": "PAUSED",
  "CANCELLING": "CANCELLING",
  "SUCCEEDED": "SUCCEEDED",
  "PARTIALLY_SUCCEEDED": "PARTIALLY_SUCCEEDED",
  "FAILED": "FAILED",
  "EXPIRED": "FAILED",
  "CANCELLED": "CANCELLED"
};

def reasons: {
  "EXPIRED": "EXPIRED"
};

# Counts are texts, one of 0 is left out, and -1 stands for not known.
def count: (. // "0") | tonumber;

def progress: .completionStats | objects
  | (.successfulCount | count) as $good
  | (.failedCount | count) as $bad
  | (.incompleteCount | count) as $open
  | {completed: $good, failed: $bad, total: (if $open < 0 then null else $good + $bad + $open end), unit: "RECORD"};

$watch.parameters as $asked
| ($asked.custom_job // $asked.pipeline_job // $asked.batch_prediction_job // $asked.tuning_job) as $id
| (.state // "" | ltrimstr("JOB_STATE_") | ltrimstr("PIPELINE_STATE_")) as $state
| {
    key: [$asked.project, $asked.location, $id],
    name: (.displayName // .tunedModelDisplayName),
    description: .description,
    provider: {
      name: "Google Cloud",
      service: "Vertex AI",
      project: $asked.project,
      user: .serviceAccount,
      jobId: $id
    },
    providerState: .state,
    state: states[$state],
    reason: reasons[$state],
    progress: ([progress] | .[0]),
    createTime: .createTime,
    startTime: .startTime,
    endTime: .endTime,
    updateTime: .updateTime,
    error: (.error | objects // null | if . == null then null else {code: (.code | tostring), message} end),
    spec: (.jobSpec // .runtimeConfig // .inputConfig // .supervisedTuningSpec),
    result: (.outputInfo // .tunedModel),
    # Of a pipeline run, its whole program and each of its tasks.
    raw: del(.pipelineSpec, .jobDetail)
  }
