// Package locust is a worker of a Locust master: it lets the load that a program makes be started, sized, stopped,
// watched and summed up by Locust (https://locust.io), next to the workers on other machines. What the load is, it does
// not know.
//
// A [Worker] waits for the master's tests, one after the other. A [Test] says how many users are wanted and when to stop,
// takes the program's figures to the master, and in the end its record to the locustfile.
//
// # Protocol
//
// Read in the sources of Locust 2.46.3 and 2.12.1 (locust/runners.py, rpc/, stats.py, dispatch.py) and tried against
// both. A worker's DEALER socket talks to the master's ROUTER: each message is one msgpack array [type, data, node id].
// There is no authentication and no encryption: a master belongs on a private network.
//
// The worker says client_ready; the master acknowledges with the worker's index. A spawn sets the number of users, for
// this worker, anew: the first one starts a test. The worker answers spawning and spawning_complete, tells its state
// every second and its figures every three. At a stop it winds down, and sends its last figures, its record,
// client_stopped and client_ready, in this order: the master fires its event test_stop once it hears of no users any
// more.
//
// Masters since 2.19 answer each heartbeat of a worker that they know, and only those. Older ones never say that they
// live, so ZMTP's own PING is sent besides, which the master's socket library answers.
package locust
