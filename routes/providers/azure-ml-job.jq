# One job of Azure Machine Learning (Jobs - Get, 2025-09-01) becomes a draft of a job record. This resource has no start and no end.
#
# Try it:
#   jq --argjson watch '{"parameters": {"subscriptionId": "s", "resourceGroupName": "g", "workspaceName": "w", "id": "j"}}' \
#     -f routes/providers/azure-ml-job.jq seeds/azure-ml-job/replies/05-running.json

def states: {
  "NotStarted": "QUEUED",
  "Queued": "QUEUED",
  "Starting": "STARTING",
  "Provisioning": "STARTING",
  "Preparing": "STARTING",
  "Running": "RUNNING",
  "Finalizing": "RUNNING",
  "CancelRequested": "CANCELLING",
  "Completed": "SUCCEEDED",
  "Failed": "FAILED",
  "Canceled": "CANCELLED",
  "Paused": "PAUSED",
  "NotResponding": "UNKNOWN",
  "Unknown": "UNKNOWN"
};

def reasons: {
  "Finalizing": "FINALIZING",
  "NotResponding": "NOT_RESPONDING"
};

def kinds: {
  "Pipeline": "PIPELINE"
};

$watch.parameters as $asked
| .properties as $job
| {
    key: [$asked.subscriptionId, $asked.resourceGroupName, $asked.workspaceName, $asked.id],
    echo: {id: .name},
    kind: kinds[$job.jobType // ""],
    type: $job.jobType,
    name: ($job.displayName // .name),
    description: $job.description,
    provider: {
      name: "Azure",
      service: "Machine Learning",
      project: $asked.resourceGroupName,
      workspace: $asked.workspaceName,
      user: .systemData.createdBy,
      jobId: $asked.id
    },
    providerState: $job.status,
    state: states[$job.status // ""],
    reason: reasons[$job.status // ""],
    createTime: .systemData.createdAt,
    updateTime: .systemData.lastModifiedAt,
    resource: $job.computeId,
    spec: ($job | {experimentName, inputs, outputs, resources, limits}),
    raw: .
  }
