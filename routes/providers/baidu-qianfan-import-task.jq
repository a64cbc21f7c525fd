# One dataset import of Baidu Qianfan: the reply of DescribeImportTask becomes a draft of a job record.
# https://cloud.baidu.com/doc/WENXINWORKSHOP/s/Zm32q5vrj
#
# Try it:
#   jq --argjson watch '{"parameters": {"taskId": "task-1"}}' \
#     -f routes/providers/baidu-qianfan-import-task.jq seeds/baidu-qianfan-import-task/replies/01-importing.json

def states: {
  "Importing": "RUNNING",
  "ImportFinished": "SUCCEEDED",
  "ImportFailed": "FAILED"
};

# An import that finished and left a list of errors has succeeded in part only.
def partial: .importStatus == "ImportFinished" and (.errDownloadUrl // "") != "";

# "100%", "55 %", "0". The "0" of a failed import replaces the real progress and says nothing.
def percent:
  if .importStatus == "ImportFailed" then null
  else (.progress | rtrimstr("%") | rtrimstr(" ") | tonumber)? // null
  end;

def progress:
  {percent: percent, total: .sampleCount, unit: (if .sampleCount == null then null else "SAMPLE" end)};

# What a MB is (10^6 or 2^20 bytes) is not said, so the size stays as it came.
def result:
  {sizeMB, sampleCount} | with_entries(select(.value != null));

$watch.parameters as $asked
| .requestId as $request
| .result
| {
    key: [$asked.taskId],
    provider: {
      name: "Baidu AI Cloud",
      service: "Qianfan",
      datasetVersion: .versionId,
      user: .creator,
      jobId: $asked.taskId,
      requestId: $request
    },
    providerState: .importStatus,
    state: (if partial then "PARTIALLY_SUCCEEDED" else states[.importStatus // ""] end),
    reason: (if partial then "IMPORT_ERRORS" else null end),
    progress: progress,
    timeZone: "Asia/Shanghai",
    startTime: .startTime,
    endTime: .finishTime,
    error: {detailsUrl: .errDownloadUrl},
    result: result,
    raw: .
  }
