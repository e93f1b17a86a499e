// The voice agents that .ci/agents calls: TwiML by Twilio's official package, which
// lets in only handshakes that are signed, and the WebSockets of ws. They note what
// they are told, and tell it at /told.
const http = require('http');
const twilio = require('twilio');
const { WebSocketServer } = require('ws');

const token = process.env.TWILIO_AUTH_TOKEN;
const isSigned = (req, url, fields) => twilio.validateRequest(token, req.headers['x-twilio-signature'] || '', url, fields);

const notes = []; // of what there is to tell
const tale = 'Once upon a time there was a king, who had three daughters, and';
let slow = { fast: 0, slow: 0 };

const server = http.createServer((req, res) => {
  let body = '';
  req.on('data', (data) => (body += data));
  req.on('end', () => {
    const { pathname } = new URL(req.url, 'http://a');
    if (pathname === '/told') return res.end(JSON.stringify(count(notes.splice(0))));
    if (pathname === '/answered') return res.end(JSON.stringify(slow));
    const fields = Object.fromEntries(new URLSearchParams(body));
    if (!isSigned(req, `http://${req.headers.host}${req.url}`, fields)) return res.writeHead(403).end();
    const answer = new twilio.twiml.VoiceResponse();
    if (pathname === '/over') {
      notes.push(`over: ${fields.SessionStatus} ${fields.HandoffData || ''}`.trim());
      if (fields.HandoffData) answer.say('You are connected.');
    } else {
      const relay = answer.connect({ action: '/over' }).conversationRelay({
        url: `wss://${req.headers.host}/agent${pathname}`, welcomeGreeting: 'Hello.', dtmfDetection: true,
      });
      relay.parameter({ name: 'caller', value: fields.From });
    }
    res.setHeader('Content-Type', 'text/xml');
    res.end(answer.toString());
  });
});

const sockets = new WebSocketServer({
  server,
  verifyClient: ({ req }, done) => done(isSigned(req, `wss://${req.headers.host}${req.url}`, {}), 403),
});
sockets.on('connection', (socket, req) => {
  let caller;
  let speaking; // the timer of the answer under way
  const say = (tokens, then) => {
    const next = () => {
      socket.send(JSON.stringify({ type: 'text', token: tokens.shift(), last: tokens.length === 0 }));
      if (tokens.length > 0) speaking = setTimeout(next, 30);
      else if (then) then();
    };
    next();
  };
  socket.on('message', (data) => {
    const m = JSON.parse(data);
    if (m.type === 'setup') caller = m.customParameters.caller;
    if (req.url.endsWith('/slow')) return answerSlowly(socket, m);
    const cutIn = m.type === 'interrupt' && tale.startsWith(m.utteranceUntilInterrupt) && m.durationUntilInterruptMs >= 250 ? 'in the tale' : '';
    notes.push(`${caller}: ${m.type} ${m.voicePrompt || m.digit || m.description || cutIn}`.trim());
    if (m.type === 'interrupt') clearTimeout(speaking);
    if (m.type === 'dtmf') say([`You have pressed ${m.digit}.`]);
    if (m.type !== 'prompt') return;
    if (/person/.test(m.voicePrompt)) {
      say(['I ', 'connect ', 'you.'], () => socket.send(JSON.stringify({ type: 'end', handoffData: '{"to":"a person"}' })));
    } else if (/tale/.test(m.voicePrompt)) {
      say(tale.split(/(?<= )/));
    } else {
      say(['I ', 'see.']);
    }
  });
});

// A slow agent: 800 ms to the first word, and 3 s when more than 200 sessions are live.
function answerSlowly(socket, m) {
  if (m.type !== 'prompt') return;
  const slower = sockets.clients.size > 200;
  slow[slower ? 'slow' : 'fast']++;
  setTimeout(() => socket.send(JSON.stringify({ type: 'text', token: 'Yes.', last: true })), slower ? 3000 : 800);
}

// count tells how often each line is there: "3 × a line".
function count(lines) {
  const n = {};
  for (const line of lines) n[line] = (n[line] || 0) + 1;
  return Object.keys(n).sort().map((line) => `${n[line]} × ${line}`);
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
