#!/bin/sh
# What Elasticsearch and Kibana are told once they answer: how long logs are kept, and what they are
# called. It can be run again.
set -eu
cd /set-up
elasticsearch=http://elasticsearch.monitoring.svc:9200
kibana=http://kibana.monitoring.svc:5601

until curl --silent --fail --output /dev/null "$elasticsearch/_cluster/health?wait_for_status=yellow&timeout=5s"; do sleep 5; done
curl --silent --show-error --fail --request PUT "$elasticsearch/_ilm/policy/paal-logs" \
  --header 'content-type: application/json' --data @lifecycle-policy.json

until curl --silent --fail --output /dev/null "$kibana/api/status"; do sleep 5; done
curl --silent --show-error --fail --request POST "$kibana/api/saved_objects/_import?overwrite=true" \
  --header 'kbn-xsrf: true' --form file=@saved-objects.ndjson
