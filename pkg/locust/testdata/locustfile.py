"""What the tests run on a real Locust master: it prints what it has been told, one JSON object a line."""
import json

from locust import User, events
from locust.runners import MasterRunner


class Load(User):
    pass


def say(**what):
    print(json.dumps(what), flush=True)


extra = 0


@events.worker_report.add_listener
def on_worker_report(client_id, data, **_):
    global extra
    if data.get("extra"):
        extra += json.loads(data["extra"])


@events.init.add_listener
def on_init(environment, **_):
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message("record", lambda environment, msg: say(record=msg.data.decode(), of=msg.node_id))


@events.test_start.add_listener
def on_test_start(**_):
    say(test="start")


@events.spawning_complete.add_listener
def on_spawning_complete(user_count, **_):
    say(users=user_count)


@events.test_stop.add_listener
def on_test_stop(environment, **_):
    total = environment.stats.total
    say(
        test="stop",
        requests=total.num_requests,
        failures=total.num_failures,
        bytes=total.total_content_length,
        times={str(k): v for k, v in sorted(total.response_times.items())},
        per_second=sum(total.num_reqs_per_sec.values()),
        entries=sorted([e.method, e.name, e.num_requests, e.num_failures] for e in environment.stats.entries.values()),
        errors=sorted([e.method, e.name, str(e.error), e.occurrences] for e in environment.stats.errors.values()),
        extra=extra,
    )
