# One Job of Kubernetes: the reply of GET /apis/batch/v1/namespaces/{namespace}/jobs/{name} becomes a draft of a job record. A Job
# has conditions and counts, and no state: the first that applies is taken.
#
# Try it:
#   jq --argjson watch '{"parameters": {"namespace": "recsys", "name": "train-7"}}' \
#     -f routes/providers/kubernetes-job.jq seeds/kubernetes-job/replies/03-running.json

def states: {
  "Complete": "SUCCEEDED",
  "Failed": "FAILED",
  "FailureTarget": "RUNNING",
  "SuccessCriteriaMet": "RUNNING",
  "Deleting": "CANCELLING",
  "Suspended": "PAUSED",
  "Running": "RUNNING",
  "Starting": "STARTING",
  "Pending": "QUEUED"
};

def reasons: {
  "FailureTarget": "FINALIZING",
  "SuccessCriteriaMet": "FINALIZING"
};

# BackoffLimitExceeded becomes BACKOFF_LIMIT_EXCEEDED.
def code: if . == null then null else gsub("(?<a>[a-z0-9])(?<b>[A-Z])"; "\(.a)_\(.b)") | ascii_upcase end;

$watch.parameters as $asked
| (.status // {}) as $status
| (reduce ($status.conditions // [] | .[] | select(.status == "True")) as $one ({}; . + {($one.type): $one})) as $is
| (if $is.Complete then "Complete"
   elif $is.Failed then "Failed"
   elif $is.FailureTarget then "FailureTarget"
   elif $is.SuccessCriteriaMet then "SuccessCriteriaMet"
   elif .metadata.deletionTimestamp != null then "Deleting"
   elif $is.Suspended or .spec.suspend == true then "Suspended"
   elif ($status.ready // 0) > 0 then "Running"
   elif ($status.active // 0) > 0 then "Starting"
   else "Pending" end) as $state
| $is.Failed as $failed
| {
    key: [$asked.namespace, $asked.name, .metadata.uid],
    echo: {namespace: .metadata.namespace, name: .metadata.name},
    name: .metadata.name,
    provider: {
      name: "Kubernetes",
      service: "batch/v1",
      project: .metadata.namespace,
      jobId: .metadata.uid
    },
    providerState: $state,
    state: states[$state],
    reason: (if $failed.reason == "DeadlineExceeded" then "TIMEOUT" else $failed.reason | code // reasons[$state] end),
    message: $is[$state].message,
    createTime: .metadata.creationTimestamp,
    startTime: $status.startTime,
    endTime: ($status.completionTime // $failed.lastTransitionTime),
    progress: {
      total: .spec.completions,
      completed: $status.succeeded,
      failed: $status.failed,
      unit: "POD"
    },
    error: (if $failed == null then null else {code: $failed.reason, message: $failed.message} end),
    raw: .
  }
