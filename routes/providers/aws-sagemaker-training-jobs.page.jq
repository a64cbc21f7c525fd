# A page of the training jobs of Amazon SageMaker that have changed. In: a page; $pages.found: the jobs of the pages before. Out:
# {found, next}: the jobs so far, each with the parameters of aws-sagemaker-training-job and what that would answer, less than it
# would of one that has ended; and the next page, or null.
#
# Try it: jq --argjson pages '{"next": {}}' -f routes/providers/aws-sagemaker-training-jobs.page.jq \
#           seeds/aws-sagemaker-training-jobs/replies/01-in-progress.json

def ended: .TrainingJobStatus as $status | any("Completed", "Failed", "Stopped"; . == $status);

(.TrainingJobSummaries | arrays // error("the reply has no TrainingJobSummaries")) as $page
| {
    found: (($pages.found // []) + ($page | map({parameters: {TrainingJobName}, reply: ., describe: ended}))),
    # A token that comes again would be asked with for ever.
    next: (if .NextToken and .NextToken != $pages.next.NextToken then {NextToken} else null end)
  }
