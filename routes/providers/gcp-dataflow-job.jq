# One job of Google Cloud Dataflow (projects.locations.jobs.get, view JOB_VIEW_SUMMARY) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"projectId": "p", "location": "l", "jobId": "j"}}' \
#     -f routes/providers/gcp-dataflow-job.jq seeds/gcp-dataflow-job/replies/03-running.json

def states: {
  "STOPPED": "QUEUED",
  "PENDING": "QUEUED",
  "QUEUED": "QUEUED",
  "RUNNING": "RUNNING",
  "RESOURCE_CLEANING_UP": "RUNNING",
  "PAUSING": "PAUSED",
  "PAUSED": "PAUSED",
  "DRAINING": "CANCELLING",
  "CANCELLING": "CANCELLING",
  "DONE": "SUCCEEDED",
  "DRAINED": "SUCCEEDED",
  "UPDATED": "SUCCEEDED",
  "FAILED": "FAILED",
  "CANCELLED": "CANCELLED"
};

def reasons: {
  "RESOURCE_CLEANING_UP": "FINALIZING",
  "DRAINING": "DRAINING",
  "DRAINED": "DRAINED",
  "UPDATED": "REPLACED"
};

def ended: . as $state | any("SUCCEEDED", "FAILED", "CANCELLED"; . == $state);

$watch.parameters as $asked
| (.currentState // "" | ltrimstr("JOB_STATE_")) as $state
| {
    key: [$asked.projectId, $asked.location, $asked.jobId],
    echo: {projectId, location, jobId: .id},
    type: .type,
    name: .name,
    provider: {name: "Google Cloud", service: "Dataflow", project: $asked.projectId, jobId: $asked.jobId},
    providerState: .currentState,
    state: states[$state],
    reason: reasons[$state],
    createTime: .createTime,
    startTime: .startTime,
    # The time of the current state is the end of a job that has ended.
    endTime: (if states[$state] // "" | ended then .currentStateTime else null end),
    updateTime: .currentStateTime,
    raw: .
  }
