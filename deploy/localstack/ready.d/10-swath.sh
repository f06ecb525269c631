#!/bin/sh
# Creates what Swath uses of AWS: the request queue with its dead-letter queue, the status topic with a queue that shows what it says,
# and the buckets. LocalStack runs it when it is ready; running it again changes nothing. Against any other endpoint:
#   AWS="aws --endpoint-url http://..." ./10-swath.sh
set -eu

aws=${AWS:-awslocal}
requests=${SWATH_REQUEST_QUEUE:-swath-requests}
status=${SWATH_STATUS_TOPIC:-swath-status}
images=${SWATH_IMAGE_BUCKET:-swath-images}
results=${SWATH_RESULT_BUCKET:-swath-results}

# queue NAME [ATTRIBUTES]: creates it and prints its ARN.
queue() {
  url=$($aws sqs create-queue --queue-name "$1" ${2:+--attributes "$2"} --query QueueUrl --output text)
  $aws sqs get-queue-attributes --queue-url "$url" --attribute-names QueueArn --query Attributes.QueueArn --output text
}

# bucket NAME
bucket() { $aws s3api head-bucket --bucket "$1" 2> /dev/null || $aws s3api create-bucket --bucket "$1" > /dev/null; }

# 14 days in the dead-letter queue; three tries before a message goes there.
dead=$(queue "$requests-dlq" '{"MessageRetentionPeriod":"1209600"}')
queue "$requests" "{\"VisibilityTimeout\":\"60\",\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"$dead\\\",\\\"maxReceiveCount\\\":\\\"3\\\"}\"}" > /dev/null

topic=$($aws sns create-topic --name "$status" --query TopicArn --output text)
shown=$(queue "$status")
$aws sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "$shown" --attributes RawMessageDelivery=true > /dev/null

bucket "$images"
bucket "$results"
echo "Swath's queues, topic and buckets are there."
