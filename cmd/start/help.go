package main

const help = `start places calls through Twilio at a maximum of calls per second, holds them,
and hangs them up.

  start --dry_run -c +15005550006 -d +14155550100 --call_count 20 --cps 5 -h 2
        20 calls, five a second, held for two seconds, in a simulated account
  start -c +15005550006 -d +14155550100 -h 10
        one real call for ten seconds: a first test of number and credentials
  start -c +15005550006 -d +14155550100,+14155550101 --call_count 100 -h 60
        100 real calls, one a second, to two numbers in turn, held for a minute
  start -c +15005550006 -d sip:load@pbx.example.com -e false --call_count 10
        10 calls that are left running; end -f hangs them up later
  start -c +15005550006 -d +14155550100 --call_count 900 --call_duration 60
        one call a second for a quarter of an hour, each hung up after a minute:
        up to 60 calls are live all the time

What to place
  -c, --caller_id NUMBER     who calls: a Twilio number or a verified caller ID
  -d, --destination NUMBER   who is called: a number, sip: or client: address
      --call_count COUNT     how many calls (default 1)
      --cps CPS              the most starts in any second (default 1)
      --ramp SECONDS         let that grow evenly over the first seconds
                             (default 0: it holds from the start)
  -t, --twiml TWIML          what the callee hears: the URL of TwiML, or TwiML
                             itself (default: "This is a test call", repeated)
How to end
  -h, --hold SECONDS         hold the calls after the last start (default 0)
      --call_duration SECONDS
                             instead of a hold: hang up each call this long
                             after Twilio accepts it, while others are started;
                             waiting in Twilio's queue and ringing count
  -e, --end_calls BOOLEAN    hang up after the hold (default true)
      --time_limit SECONDS   should this program die, Twilio ends each call this
                             long after its answer: 60 to 86400, or 0 for
                             the account's limit (default: twice what the plan
                             takes, plus 10 minutes; with --call_duration that
                             plus 55 seconds, at least 60)
What it may cost
      --max_cost AMOUNT      place no call if all of them could cost more than
                             this, in the account's currency: all answered, and
                             ended by nothing but the time limit
Which account
      --sid SID              account SID
      --token TOKEN          auth token; other users of this machine can see it
      --dry_run              a simulated account: no real call, no credentials
Output
  -v, --verbose              a line for each call, on a terminal too
      --json FILE            write the result as JSON too; - for standard output
      --report FILE          write the result as a web page with charts
      --failures FILE        write each call refused, not found, left alone or
                             not ended as a line of JSON, as it comes; - for
                             standard output
      --failures_max N       so many lines at most (default 10000)
      --version              print the version
      -help                  print this

NUMBER is +, country code and number, as in +14155550100. Several, separated by
commas, are used in turn. BOOLEAN is true or false, yes or no, 1 or 0.

Credentials are taken as a set from the first place that has a secret: --sid and
--token; the environment; the file twilio.env in the working directory. The
names are TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and
TWILIO_API_SECRET. TWILIO_EDGE, TWILIO_REGION and HTTPS_PROXY are honoured.

The SIDs of the calls go to call_sids_<time>.csv in the working directory. The
files of --json and --report may be pipes, such as >(jq .starts) in bash.
Ctrl-C stops starting and hangs up what was placed; a second Ctrl-C leaves at
once and says how to hang up the rest.

Exit status
  0    done
  1    nothing could be done
  2    wrong usage; nothing was begun
  3    partly done: a call was refused or not found, something is still live,
       or the result could not be written
  130  interrupted, and nothing is left that should have ended
`
