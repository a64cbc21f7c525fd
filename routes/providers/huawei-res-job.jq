# One training job of Huawei Cloud RES (Recommender System): the reply of "Querying the Job Details"
# (GET /v1/{project_id}/jobs/{job_id}) becomes a draft of a job record.
#
# Try it:
#   jq --argjson watch '{"parameters": {"project_id": "p", "job_id": "j"}}' \
#     -f routes/providers/huawei-res-job.jq seeds/huawei-res-job/replies/01-running.json

# The page lists no states: these are the ones seen in its samples, written in upper case.
def states: {
  "RUNNING": "RUNNING",
  "SUCCEEDED": "SUCCEEDED",
  "FAILED": "FAILED",
  "CANCELED": "CANCELLED"
};

$watch.parameters as $asked
| .job
| {
    key: [$asked.project_id, $asked.job_id],
    echo: {project_id, job_id},
    type: .type,
    name: .job_name,
    description: .job_description,
    provider: {
      name: "Huawei Cloud",
      service: "RES",
      project: $asked.project_id,
      user: .user_id,
      jobId: $asked.job_id
    },
    providerState: .job_status,
    state: states[.job_status // "" | ascii_upcase],
    # Documented as "operation time" only: the last operation on the job, whichever it was.
    updateTime: .operating_time,
    resource: .resource,
    spec: .request_info,
    result: .response_info,
    raw: .
  }
