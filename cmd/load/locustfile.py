"""Locust's side of a load test whose workers are `load --worker` (written by `load --locustfile`).

Locust's master starts, sizes and stops the test, shows it, and adds up requests and times. This file adds what Locust
does not know, prints the summary when the test stops, and keeps each worker's record beside --csv.
"""
import json
import os
import re
import shlex
import time

import gevent
from locust import User, events, task
from locust.rpc import Message
from locust.runners import MasterRunner

PATIENCE = 10  # seconds, for the records of workers that are still there, when they have had their time to stop

ENDINGS = {  # of conversations
    "finished": "finished",
    "hung_up_by_application": "hung up by the application",
    "hung_up_by_caller": "hung up by the caller",
    "rejected": "rejected",
    "failed": "failed",
    "endless": "endless",
    "forged": "forged",
    "interrupted": "interrupted",
}


class Twilio(User):
    """A request or a conversation begun each second, if the configuration of load has a Rate; else one at once."""

    @task
    def of_load(self):
        """Locust wants a task. It is not run: the workers are those of load."""


workers = set()  # the ids of those that take part in this test
reported = {}  # what each has counted in it, by its id
recorded = {}  # where its record is
strangers = set()  # workers whose configuration is not that of the first
began = 0  # when this test did, in Unix seconds
runner = None  # that of the master
most_users = 0  # at once


@events.init.add_listener
def on_init(environment, **_):
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message("record", lambda environment, msg: keep(environment, msg.node_id, msg.data))
    else:
        print("This file is for a Locust master: start locust with --master, and load with --worker.", flush=True)


@events.test_start.add_listener
def on_test_start(environment, **_):
    global began, runner, most_users
    began, runner, most_users = int(time.time()), environment.runner, 0
    workers.clear()
    workers.update(client.id for client in getattr(getattr(runner, "clients", None), "all", []))
    reported.clear()
    recorded.clear()
    strangers.clear()


@events.spawning_complete.add_listener
@events.test_stopping.add_listener
def count_users(**_):
    """Counts them as the master does: what a worker was to do that is lost, others may be doing already."""
    global most_users
    if runner:
        most_users = max(most_users, min(runner.user_count, runner.target_user_count))


@events.worker_report.add_listener
def on_worker_report(client_id, data, **_):
    count_users()
    if data.get("extra"):
        workers.add(client_id)
        reported[client_id] = json.loads(data["extra"])
        warn_if_of_another_load(client_id)


def warn_if_of_another_load(worker):
    """Says so, once, if what a worker is to do is not what the first is to do."""
    first = next(iter(reported))
    differs = [what for what in ("kind", "endpoint", "open", "dry_run", "pass") if reported[worker][what] != reported[first][what]]
    if differs and worker not in strangers:
        strangers.add(worker)
        print(f"WARNING: {worker} has another configuration than {first} ({', '.join(differs)}): their sum says little", flush=True)


def keep(environment, worker, record):
    """Writes a worker's record beside --csv: what `load --merge` makes one of."""
    recorded[worker] = "not written: there is no --csv"
    if prefix := records_prefix(environment):
        recorded[worker] = f"{prefix}{re.sub('[^0-9A-Za-z.-]', '_', worker)}.json"
        os.makedirs(os.path.dirname(recorded[worker]) or ".", exist_ok=True)
        with open(recorded[worker], "wb") as file:
            file.write(record)


def records_prefix(environment):
    """What the names of this test's records begin with, and of no other's; empty without --csv."""
    csv = getattr(environment.parsed_options, "csv_prefix", None)
    return f"{csv}_record_{began}_" if csv else ""


@events.test_stop.add_listener
def on_test_stop(environment, **_):
    clients = getattr(runner, "clients", {})
    for client in list(getattr(clients, "all", [])):
        if client.state in ("spawning", "running"):  # a master that quits, as with --headless, has not told them yet
            runner.server.send_to_client(Message("stop", None, client.id))
    for _ in range(10 * int(PATIENCE + (environment.stop_timeout or 0))):
        if all(worker in recorded or worker not in clients or clients[worker].state == "missing" for worker in workers):
            break
        gevent.sleep(0.1)
    passed = summary(environment.stats.total, records_prefix(environment))
    environment.process_exit_code = 0 if passed else 1


def add(total, part):
    """Adds the numbers of a worker to those of all; of those named most_ the largest counts."""
    for key, value in part.items():
        if isinstance(value, dict):
            add(total.setdefault(key, {}), value)
        elif isinstance(value, (int, float)):
            total[key] = max(total.get(key, 0), value) if key.startswith("most_") else total.get(key, 0) + value


def percentile(times, percent):
    """The time that so many percent of the requests do not exceed, as load works it out."""
    rank, seen = max(1, int(percent / 100 * sum(times.values()) + 0.5)), 0
    for time in sorted(times):
        seen += times[time]
        if seen >= rank:
            return time
    return 0


def money(amount):
    return f"${amount:.4f}" if 0 < amount < 1 else f"${amount:.2f}"


def line(label, text):
    print(f"{label + ':' if label else '':<22}{text}", flush=True)


def milliseconds(time):
    if time >= 1000:
        return f"{time / 1000:.{1 if time >= 10000 else 2}f} s"
    return f"{time:.{0 if time >= 100 else 1 if time >= 10 else 2}f} ms"


def summary(total, prefix):
    """Prints what load prints of a run on one machine. Says whether [Pass] was reached, and anything was answered."""
    if not reported:
        print("No worker has reported anything.", flush=True)
        return False
    first, counts = next(iter(reported.values())), {}
    for worker in reported.values():
        add(counts, worker["counts"])
    r, replies, talks = counts["requests"], counts["replies"], counts.get("conversations")
    times = total.response_times
    timed = sum(times.values())

    line("Document Path", first["endpoint"])
    line("Concurrency Level", most_users)
    line("Users", most_users)
    line("Completed requests", r["completed"])
    line("Failed requests", r["not_completed"])
    line("Total time", f"{counts['most_seconds']:.3f} s")
    line("Time per request", milliseconds(total.total_response_time / timed) if timed else "unknown: no request was answered")
    print("-" * 35)
    line("Total recv", counts["messages"])
    line("Total sent", replies["count"])
    line("Approx cost", money(counts["cost"]) if first["priced"] else "unknown: no price in [Cost]")
    print()
    forged = f", {r['bad_signatures_refused']} bad signatures refused, {r['bad_signatures_let_through']} let through" if r["bad_signatures"] else ""
    line("Requests", f"{r['sent']} sent: {r['accepted']} accepted, {r['errors']} errors, {r['unanswered']} unanswered{forged}")
    if first["dry_run"]:
        line("", "(a dry run: an endpoint inside the process answered)")
    line("Late", f"{r['late']}, by up to {milliseconds(r['most_late_ms'])}; {r['unsent']} of them were not sent")
    if talks:
        endings = ", ".join(f"{talks[key]} {how}" for key, how in ENDINGS.items() if talks[key])
        line("Conversations", f"{talks['begun']} begun: {endings or 'none is over'}")
        line("Ended as meant", f"{talks['as_meant']} of {could_end_as_meant(talks)}")
        line("Billed minutes", talks["billed_minutes"])
        line("Callbacks", f"{talks['callbacks']} of the requests, {talks['callbacks_not_completed']} of them failed")
    if timed:
        shown = ", ".join(f"p{p} {milliseconds(min(percentile(times, p), total.max_response_time))}" for p in (50, 90, 95, 99, 99.9))
        line("Latency", f"{shown}, max {milliseconds(total.max_response_time)}")
    if r["untimed"]:
        line("", f"({r['untimed']} requests died unanswered, and not by a time-out: not in these times)")
    agents = counts.get("agents", {})
    for agent, a in agents.items():
        words = first_words(a)
        line("Voice agent", f"{agent}: {a['begun']} sessions, {a['failed']} failed; {a['answered']} of {a['words_due']} turns answered")
        if words:
            line("First word", ", ".join(f"p{p} {milliseconds(percentile(words, p))}" for p in (50, 95, 99)))
    label = "Twilio's verdict"
    for verdict, n in sorted(counts["verdicts"].items(), key=lambda entry: -entry[1]):
        line(label, f"{n} × {verdict}")
        label = ""
    line("Messages received", f"{counts['messages']}: {counts['segments']} segments")
    line("Replies", f"{replies['count']}: {replies['segments']} segments, and {replies['with_media']} with media")
    line("Records", f"{len(recorded)} of {len(workers)} workers")
    for worker in sorted(workers):
        line("", f"{worker}: {recorded.get(worker, 'missing, it did not come to its end')}")
    if prefix and recorded:
        line("Put together by", f"load --merge {shlex.quote(prefix)}*.json")
    missed = judge(first["pass"], r, times, talks, agents.values())
    if missed is not None:
        line("Pass", f"missed: {', '.join(missed)}" if missed else "passed")
    warn(r, agents)
    return not missed and r["sent"] > r["unanswered"]


def warn(r, agents):
    """Warns, as load does, of what lets anybody in."""
    if r["bad_signatures_let_through"]:
        print(
            "\nWarning: this endpoint accepts forged requests. Anybody who knows its URL can\n"
            "pretend to be Twilio. Check X-Twilio-Signature before anything else.",
            flush=True,
        )
    for agent, a in agents.items():
        if a["let_through"]:
            print(
                f"\nWarning: the agent at {agent} accepts forged handshakes. Anybody who knows its\n"
                "URL can pretend to be Twilio. Check X-Twilio-Signature before the WebSocket opens.",
                flush=True,
            )


def could_end_as_meant(talks):
    """How many conversations: the forged ones could not, nor those that were not over when the test was stopped."""
    return talks["begun"] - talks["forged"] - talks["interrupted"]


def first_words(agent):
    return {float(time): n for time, n in agent["first_words_ms"].items()}


def judge(asked, r, times, talks, agents):
    """Returns the limits of [Pass] that were missed, by their names in the configuration; None if it asks for nothing."""
    if len(asked) == 1:  # whether a worker alone has passed, which is not known yet
        return None
    missed = []

    def limit(field, name, reached):
        if field in asked and not reached(asked[field]):
            missed.append(name)

    def heard(most):
        return any(a["answered"] > 0 for a in agents) and all(
            100 * (a["words_due"] + a["unopened"] - a["answered"]) <= a["words_due"] + a["unopened"] and percentile(first_words(a), 99) <= most for a in agents
        )

    judged = could_end_as_meant(talks) if talks else 0
    limit("max_failed_percent", "Failed", lambda most: r["sent"] > 0 and 100 * r["not_completed"] <= most * r["sent"])
    limit("max_p99_ms", "P99", lambda most: bool(times) and 100 * r["untimed"] <= r["sent"] and percentile(times, 99) <= most)
    limit("max_first_word_ms", "FirstWord", heard)
    limit("min_conversations_percent", "Conversations", lambda least: judged > 0 and 100 * talks["as_meant"] >= least * judged)
    return missed
