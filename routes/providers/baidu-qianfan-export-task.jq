# One dataset export of Baidu Qianfan: the reply of DescribeExportTask becomes a draft of a job record.
# https://cloud.baidu.com/doc/qianfan-api/s/3mnzr6ilo
#
# Try it:
#   jq --argjson watch '{"parameters": {"taskId": "task-1"}}' \
#     -f routes/providers/baidu-qianfan-export-task.jq seeds/baidu-qianfan-export-task/replies/01-exporting.json

def states: {
  "Exporting": "RUNNING",
  "ExportFinished": "SUCCEEDED",
  "ExportFailed": "FAILED"
};

# "100%", "55 %". The "0" of a failed export replaces the real progress and says nothing.
def percent:
  if .exportStatus == "ExportFailed" then null
  else (.progress | rtrimstr("%") | rtrimstr(" ") | tonumber)? // null
  end;

$watch.parameters as $asked
| .requestId as $request
| .result
| {
    key: [$asked.taskId],
    provider: {
      name: "Baidu AI Cloud",
      service: "Qianfan",
      user: .creator,
      jobId: $asked.taskId,
      requestId: $request
    },
    providerState: .exportStatus,
    state: states[.exportStatus // ""],
    progress: {percent: percent, total: .sampleCount, unit: (if .sampleCount == null then null else "SAMPLE" end)},
    # What a MB is (10^6 or 2^20 bytes) is not said, so the size stays as it came.
    result: ({storageType, storagePath, sizeMB, sampleCount} | with_entries(select(.value != null))),
    raw: .
  }
