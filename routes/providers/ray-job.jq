# One job of a Ray cluster: the reply of GET /api/jobs/{submission_id} becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"submission_id": "raysubmit_abc123"}}' \
#     -f routes/providers/ray-job.jq seeds/ray-job/replies/02-running.json

def states: {
  "PENDING": "STARTING",
  "RUNNING": "RUNNING",
  "STOPPED": "CANCELLED",
  "SUCCEEDED": "SUCCEEDED",
  "FAILED": "FAILED"
};

$watch.parameters as $asked
| (.status == "FAILED") as $failed
| {
    key: [$asked.submission_id],
    echo: {submission_id},
    type: .type,
    name: .entrypoint,
    provider: {name: "Ray", service: "Jobs", jobId: $asked.submission_id},
    providerState: .status,
    state: states[.status // ""],
    reason: .error_type,
    message: .message,
    startTime: .start_time,
    endTime: .end_time,
    error: (if $failed then {code: .error_type, message: .message} else null end),
    raw: .
  }
