# One job of Alibaba Cloud PAI DLC (deep learning containers): the reply of GetJob, or an item of ListJobs, becomes a draft of a
# job record.
# https://help.aliyun.com/zh/pai/user-guide/api-pai-dlc-2020-12-03-getjob
#
# Try it:
#   jq --argjson watch '{"parameters": {"JobId": "dlc1"}}' \
#     -f routes/providers/alibaba-pai-dlc-job.jq seeds/alibaba-pai-dlc-job/replies/01-created.json

def states: {
  "Created": "QUEUED",
  "Creating": "QUEUED",
  "Queuing": "QUEUED",
  "Dequeued": "QUEUED",
  "Bidding": "QUEUED",
  "EnvPreparing": "STARTING",
  "SanityChecking": "STARTING",
  "Running": "RUNNING",
  "Restarting": "STARTING",
  "Stopping": "CANCELLING",
  "SucceededReserving": "RUNNING",
  "FailedReserving": "RUNNING",
  "Succeeded": "SUCCEEDED",
  "Failed": "FAILED",
  "Stopped": "CANCELLED"
};

def reasons: {
  "Restarting": "RETRYING",
  "SucceededReserving": "FINALIZING",
  "FailedReserving": "FINALIZING"
};

# InvalidParameter becomes INVALID_PARAMETER.
def code: if . == null or . == "" then null else gsub("(?<a>[a-z0-9])(?<b>[A-Z])"; "\(.a)_\(.b)") | ascii_upcase end;

# "0/10": the restarts so far, of those that are allowed.
def attempt: (.RestartTimes // "" | split("/")[0] | tonumber + 1)? // null;

$watch.parameters as $asked
| (.Status // "") as $status
| {
    key: [$asked.JobId],
    echo: {JobId},
    type: .JobType,
    name: .DisplayName,
    description: .Description,
    provider: {
      name: "Alibaba Cloud",
      service: "PAI DLC",
      workspace: .WorkspaceId,
      user: .UserId,
      jobId: $asked.JobId,
      requestId: .RequestId
    },
    providerState: .Status,
    state: states[$status],
    reason: (reasons[$status] // (if $status == "Failed" then .ReasonCode | code else null end)),
    message: .ReasonMessage,
    attempt: attempt,
    createTime: .GmtCreateTime,
    startTime: .GmtRunningTime,
    endTime: .GmtFinishTime,
    runMillis: (if .Duration == null then null else .Duration * 1000 end),
    resource: .ResourceId,
    error: (if $status == "Failed" then {code: .ReasonCode, message: .ReasonMessage} else null end),
    spec: .JobSpecs,
    raw: .
  }
