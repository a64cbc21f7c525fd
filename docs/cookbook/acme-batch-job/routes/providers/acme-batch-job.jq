# One job of Acme Batch becomes a draft of a job record.
{
  key: [$watch.parameters.job],
  provider: {name: "Acme", service: "Batch", jobId: $watch.parameters.job},
  providerState: .phase,
  state: {"working": "RUNNING", "done": "SUCCEEDED"}[.phase],
  progress: {percent: .percent},
  startTime: .began,
  timeZone: "America/New_York",
  raw: .
}
