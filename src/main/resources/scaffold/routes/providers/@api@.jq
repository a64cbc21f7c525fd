# One job: the reply becomes a draft of a job record. What is null or empty is left out.
#
# Try it: jobrelay record seeds/@api@/replies/01-running.json

def states: {
  "RUNNING": "RUNNING",
  "DONE": "SUCCEEDED",
  "ERROR": "FAILED"
};

{
  key: [$watch.parameters.job_id],
  # What the reply repeats of the parameters: a reply about another job is refused.
  echo: {job_id: .id},
  name: .name,
  provider: {name: "@account@", service: "jobs", jobId: .id},
  providerState: .status,
  state: states[.status // ""],
  createTime: .created_at,
  endTime: .finished_at,
  raw: .
}
