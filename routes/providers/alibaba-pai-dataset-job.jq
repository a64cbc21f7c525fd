# One dataset job of Alibaba Cloud PAI: the reply of GetDatasetJob becomes a draft of a job record.
# https://www.alibabacloud.com/help/en/pai/developer-reference/api-aiworkspace-2021-02-04-getdatasetjob
#
# Try it:
#   jq --argjson watch '{"parameters": {"DatasetId": "d-1", "DatasetJobId": "dsjob-1"}}' \
#     -f routes/providers/alibaba-pai-dataset-job.jq seeds/alibaba-pai-dataset-job/replies/01-pending.json

def states: {
  "Pending": "QUEUED",
  "Running": "RUNNING",
  "Succeeded": "SUCCEEDED",
  "PartialFailed": "PARTIALLY_SUCCEEDED",
  "Failed": "FAILED",
  "ManuallyStop": "CANCELLED",
  "Deleting": "CANCELLING"
};

def reasons: {
  "Deleting": "DELETING"
};

# No percentage: the page does not say what the counts add up to while a job runs.
def progress:
  if .TotalFileCount == null then null
  else {total: .TotalFileCount, completed: .CompletedFileCount, failed: .FailedFileCount, unit: "FILE"}
  end;

# The reply repeats none of the ids it was asked for.
$watch.parameters as $asked
| (.Status // "") as $status
| {
    key: [$asked.DatasetId, $asked.DatasetJobId],
    type: .JobAction,
    mode: .JobMode,
    description: .Description,
    provider: {
      name: "Alibaba Cloud",
      service: "PAI",
      workspace: $asked.WorkspaceId,
      dataset: $asked.DatasetId,
      datasetVersion: $asked.DatasetVersion,
      jobId: $asked.DatasetJobId,
      requestId: .RequestId
    },
    providerState: .Status,
    state: states[$status],
    reason: reasons[$status],
    progress: progress,
    createTime: .CreateTime,
    endTime: .FinishTime,
    logs: .Logs,
    spec: .JobSpec,
    raw: .
  }
