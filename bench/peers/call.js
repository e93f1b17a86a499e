// k6: a call of which each answer redirects to the next, signed as Twilio signs.
import http from 'k6/http';
import crypto from 'k6/crypto';
import exec from 'k6/execution';

const origin = __ENV.URL.match(/^https?:\/\/[^/]+/)[0];
const fields = {
  AccountSid: 'AC00000000000000000000000000000000', ApiVersion: '2010-04-01', Called: '+14155550199', CalledCity: '', CalledCountry: '',
  CalledState: '', CalledZip: '', Caller: '+14155550101', CallerCity: '', CallerCountry: '', CallerState: '', CallerZip: '',
  CallSid: '', CallStatus: 'ringing', Direction: 'inbound', From: '+14155550101', FromCity: '', FromCountry: '', FromState: '', FromZip: '',
  To: '+14155550199', ToCity: '', ToCountry: '', ToState: '', ToZip: '',
};
const names = Object.keys(fields).sort();

export default function () {
  const call = Object.assign({}, fields, { CallSid: 'CA' + exec.scenario.iterationInTest.toString(16).padStart(32, '0') });
  for (let url = __ENV.URL; url; ) {
    const signed = url + names.map((name) => name + call[name]).join('');
    const answer = http.post(url, call, { headers: { 'X-Twilio-Signature': crypto.hmac('sha1', __ENV.TOKEN, signed, 'base64') } });
    const next = answer.body.match(/<Redirect>([^<]*)</);
    url = next ? origin + next[1] : '';
    call.CallStatus = 'in-progress';
  }
}
