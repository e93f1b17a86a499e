package main

const help = `end hangs up calls: those whose SIDs are in a file, or those between two
numbers.

  end -f call_sids_1700000000.csv
        hang up every call of the file; calls that are over already do no harm
  end -f call_sids_1700000000_dry_run.csv --dry_run
        the same in a simulated account, in which every call of the file is live
  end -c +15005550006 -d +14155550100
        the way out when the file is lost: hang up every live call that was
        placed through the API between two numbers, whoever placed it

Which calls
  -f, --file FILE            call SIDs, one a line, as start writes them
  -c, --caller_id NUMBER     instead of a file: who calls
  -d, --destination NUMBER   and who is called
      --yes                  end calls between two numbers without asking
Which account
      --sid SID              account SID
      --token TOKEN          auth token; other users of this machine can see it
      --dry_run              end nothing real: a file's calls are ended in a
                             simulated account, calls between two numbers listed
Output
  -v, --verbose              a line for each call, on a terminal too
      --json FILE            write the result as JSON too; - for standard output
      --report FILE          write the result as a web page with charts
      --failures FILE        write each call not found or not ended as a line of
                             JSON, as it comes; - for standard output
      --failures_max N       so many lines at most (default 10000)
      --version              print the version
      -help                  print this

FILE may have been through a spreadsheet: a header, quotes, further columns and
duplicates do no harm. It may be a pipe, which is read to its end before the
first call is ended; those of --json and --report may be pipes, too. NUMBER is
+, country code and number, as in +14155550100, or a sip: or client: address.

Credentials are taken as a set from the first place that has a secret: --sid and
--token; the environment; the file twilio.env in the working directory. The
names are TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and
TWILIO_API_SECRET. TWILIO_EDGE, TWILIO_REGION and HTTPS_PROXY are honoured.

Ctrl-C lets the hang-ups finish; a second Ctrl-C leaves at once. SIDs of calls
that were not seen to be over go to a file whose name ends in _live.csv.

Exit status
  0    done
  1    nothing could be done
  2    wrong usage; nothing was begun
  3    partly done: a line or call was not found, something is still live, or
       the result could not be written
  130  interrupted, and nothing is left that should have ended
`
