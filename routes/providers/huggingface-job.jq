# One job of Hugging Face Jobs: the reply of GET /api/jobs/{namespace}/{job_id} becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"namespace": "acme", "job_id": "687fb701029421ae5549d998"}}' \
#     -f routes/providers/huggingface-job.jq seeds/huggingface-job/replies/02-running.json

def states: {
  "SCHEDULING": "QUEUED",
  "RUNNING": "RUNNING",
  "COMPLETED": "SUCCEEDED",
  "ERROR": "FAILED",
  "CANCELED": "CANCELLED",
  "DELETED": "CANCELLED"
};

def reasons: {
  "DELETED": "DELETED"
};

$watch.parameters as $asked
| (.status.stage // "") as $stage
| {
    key: [$asked.namespace, $asked.job_id],
    echo: {job_id: .id, namespace: .owner.name},
    type: .flavor,
    name: (.dockerImage // .spaceId),
    provider: {
      name: "Hugging Face",
      service: "Jobs",
      project: $asked.namespace,
      user: .initiator.name,
      jobId: $asked.job_id
    },
    providerState: .status.stage,
    state: states[$stage],
    reason: reasons[$stage],
    message: .status.message,
    createTime: .createdAt,
    startTime: .startedAt,
    endTime: .finishedAt,
    error: (if $stage == "ERROR" then {message: .status.message} else null end),
    raw: .
  }
