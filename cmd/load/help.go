package main

const help = `load tests a Twilio webhook under load, with signed requests as Twilio would
send them, or with whole calls and chats, and says what the traffic would cost.

  load --dry_run -f cmd/load/tw_load.sample.ini -d cmd/load/tw_data.sample.txt
        an endpoint inside the process checks the signatures and answers
  load --dry_run -f cmd/load/tw_call.sample.ini -d cmd/load/tw_call.sample.txt
        whole phone calls: what callers key and say, through a menu inside
  load --dry_run -f cmd/load/tw_agent.sample.ini -d cmd/load/tw_agent.sample.txt
        voice agents behind a WebSocket: how soon their first word comes
  load -f tw_load.ini -d tw_data.txt
        the endpoint that the configuration names
  load -f tw_load.ini -d tw_data.txt --json result.json
        and the result for a machine too
  load -f tw_load.ini -d tw_data.txt --failures failed.ndjson
        and a line for each request that failed, to find it in another log
  load -f tw_load.ini -d tw_data.txt --compare before.json
        and what has changed since an earlier run, by more than chance
  load -f tw_load.ini -d tw_data.txt --worker --master-host 10.0.0.5
        from many machines: as a worker of Locust

What to send
  -f, --file CONFIG      where to, how many, how fast, what it costs: an INI
                         file, explained in cmd/load/tw_load.sample.ini
  -d, --data DATA        what: a text file, one JSON row a line, used in turn;
                         or an INI file with [Data] Data or Raw
      --dry_run          nothing leaves the machine; no token is needed
Output
      --json FILE        write the result as JSON too; - for standard output
      --report FILE      write the result as a web page with charts
      --failures FILE    write each failed request as a line of JSON, while the
                         run goes on; - for standard output
      --failures_max N   so many lines at most (default 10000)
      --compare FILE     compare the run with an earlier one, by its JSON
      --version          print the version
      -help              print this
Many machines
      --worker           be a worker of a Locust master, which says how many
                         requests or conversations, second by second, how long
      --master-host HOST where it is; else LOCUST_MASTER_NODE_HOST, or 127.0.0.1
      --master-port PORT else LOCUST_MASTER_NODE_PORT, or 5557
      --locustfile       print the file that the master runs, and no more
      --merge FILE …     make one result of those that --json has written

A row is {"Body": "4566", "From": "+14155550101"}, or a list of such as
{"name": "Body", "value": "4566"}. What Twilio always sends and the row leaves
out is filled in, fresh in each request. The auth token, which signs, comes from
the configuration, else from TWILIO_AUTH_TOKEN in the environment or in
twilio.env. All of the files may be pipes, such as <(make_rows 1000) in bash.

This can overwhelm what it is pointed at. Test only what is yours; start low.
Ctrl-C stops sending, waits for the answers in flight and reports; a second
Ctrl-C leaves at once.

Exit status
  0    done: a request or more was answered, and [Pass], if given, was reached
  1    nothing could be done: no request was answered, there is no Locust master
  2    wrong usage; nothing was sent
  3    a limit of [Pass] was missed, or the result could not be written; of a
       worker: the Locust master is gone
  130  interrupted
`
