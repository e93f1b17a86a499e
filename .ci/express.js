// The applications that .ci/express calls and texts: real Express, with Twilio's
// official package, which lets in only what is signed. They note what they are
// asked, and tell it at /seen, /ways, /threads and /replies.
const express = require('express');
const session = require('cookie-session');
const twilio = require('twilio');

const app = express();
app.use(express.urlencoded({ extended: false }));
const signed = twilio.webhook({ protocol: 'http' });
const sessions = session({ name: 'conversation', keys: ['a key of the application'] });
const fieldsOf = (req) => (req.method === 'GET' ? req.query : req.body);

// One request: a class texts codes, somebody calls.
const seen = new Set();
app.all('/sms', signed, (req, res) => {
  const fields = fieldsOf(req);
  seen.add(fields.MessageSid);
  const reply = new twilio.twiml.MessagingResponse();
  reply.message(fields.Body === '4566' ? 'Thanks, your code is right.' : 'Sorry, there is no such code.');
  res.type('text/xml').send(reply.toString());
});
app.post('/call', signed, (req, res) => {
  const answer = new twilio.twiml.VoiceResponse();
  answer.say('Hello.');
  res.type('text/xml').send(answer.toString());
});
app.get('/seen', (req, res) => res.json([`${seen.size} × a message`]));

// A phone menu. What belongs to a call is in its session: who comes without the
// cookie of their first request is sent away.
const calls = new Map(); // by CallSid: who calls, the way through the menu, what callbacks told
function call(fields) {
  if (!calls.has(fields.CallSid)) calls.set(fields.CallSid, { from: fields.From, way: [], over: [], recorded: 0 });
  return calls.get(fields.CallSid);
}
const menu = express.Router();
menu.post('/over', (req, res) => {
  call(req.body).over.push(req.body.CallStatus);
  res.sendStatus(204);
});
menu.post('/recording', (req, res) => {
  call(req.body).recorded++;
  res.sendStatus(204);
});
menu.use(sessions);
// step answers a step of the menu; what tells of it is noted, with the step.
function step(name, tell, play) {
  menu.all('/' + name, (req, res) => {
    const fields = fieldsOf(req);
    if (name === 'voice' && fields.CallStatus === 'ringing') req.session.call = fields.CallSid;
    if (req.session.call !== fields.CallSid) return res.status(400).send('no session');
    req.session.asked = (req.session.asked || 0) + 1;
    const told = tell(fields);
    const c = call(fields);
    c.way.push(told === undefined ? name : `${name}:${told}`);
    if (req.session.asked !== c.way.length) return res.status(400).send('another session');
    const answer = new twilio.twiml.VoiceResponse();
    play(answer, fields);
    res.type('text/xml').send(answer.toString());
  });
}
const record = (answer) => answer.record({ action: '/menu/saved', maxLength: 60, finishOnKey: '#', recordingStatusCallback: '/menu/recording' });
step('voice', () => undefined, (answer) => {
  const gather = answer.gather({ input: 'dtmf speech', numDigits: 1, speechTimeout: 'auto', action: '/menu/topic' });
  gather.say('For your bill, press 1 or say bill. For a message, press 2. For an agent, press 3.');
  answer.redirect('/menu/voice?again=1');
});
step('topic', (fields) => fields.Digits || fields.SpeechResult, (answer, fields) => {
  const topic = fields.Digits || (/bill/.test(fields.SpeechResult) ? '1' : '');
  if (topic === '1') {
    answer.gather({ action: 'account', finishOnKey: '#' }).say('Your account number, and then the hash key.');
  } else if (topic === '2') {
    record(answer);
  } else if (topic === '3') {
    answer.dial({ action: '/menu/dialed', timeout: 20 }, '+14155550123');
  } else {
    answer.say('Sorry, there is no such topic.');
    answer.redirect('voice?again=1');
  }
});
step('account', (fields) => fields.Digits, (answer) => {
  answer.say('Nothing is to be paid.');
  answer.redirect({ method: 'GET' }, '/menu/goodbye?after=account');
});
step('saved', (fields) => fields.Digits || fields.RecordingDuration, (answer) => answer.redirect('/menu/goodbye'));
step('dialed', (fields) => fields.DialCallStatus, (answer, fields) => {
  if (fields.DialCallStatus === 'completed') return answer.hangup();
  answer.say('Nobody is free. Leave a message, please.');
  record(answer);
});
step('goodbye', (fields) => fields.after, (answer) => answer.say('Goodbye.'));
app.use('/menu', signed, menu);
app.get('/ways', (req, res) => {
  res.json(count([...calls.values()].map((c) => `${c.from}: ${c.way.join(' ')}, ${c.over.join(' ')}, ${c.recorded} recorded`)));
});

// A texting application that remembers in a session what was texted before.
const threads = new Map(); // by number
const told = []; // of replies
app.post('/chat', signed, sessions, (req, res) => {
  const { From, Body } = req.body;
  req.session.texts = [...(req.session.texts || []), Body];
  threads.set(From, req.session.texts);
  const reply = new twilio.twiml.MessagingResponse();
  reply.message({ statusCallback: '/delivered' }, `${req.session.texts.length}: ${Body}`);
  res.type('text/xml').send(reply.toString());
});
app.post('/delivered', signed, (req, res) => {
  told.push(req.body.MessageStatus);
  res.sendStatus(204);
});
app.get('/threads', (req, res) => res.json(count([...threads.values()].map((texts) => texts.join(', ')))));
app.get('/replies', (req, res) => res.json(count(told)));

// count tells how often each line is there: "3 × a line".
function count(lines) {
  const n = {};
  for (const line of lines) n[line] = (n[line] || 0) + 1;
  return Object.keys(n).sort().map((line) => `${n[line]} × ${line}`);
}

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
