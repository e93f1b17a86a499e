// Places or ends calls with Twilio's helper library, all at once or in turn:
//
//   node calls.js start at-once|in-turn COUNT
//   node calls.js end at-once|in-turn SID...
const twilio = require('twilio');

const [what, how, ...rest] = process.argv.slice(2);

// The helper's own client, with its defaults, sent to this machine.
class Loopback extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', process.env.API) });
  }
}
const client = twilio('AC00000000000000000000000000000000', 'none', { httpClient: new Loopback() });
const start = () => client.calls.create({
  from: process.env.FROM, to: process.env.TO, twiml: '<Response><Pause length="60"/></Response>',
});
const end = (sid) => () => client.calls(sid).update({ status: 'completed' });

async function main() {
  const jobs = what === 'start' ? Array(Number(rest[0])).fill(start) : rest.map(end);
  if (how === 'at-once') {
    await Promise.all(jobs.map((job) => job()));
    return;
  }
  for (const job of jobs) await job();
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
