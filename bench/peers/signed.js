// k6: posts a form with fresh SIDs, signed as Twilio signs. With RATE, at so
// many a second; else as fast as it can.
import http from 'k6/http';
import crypto from 'k6/crypto';
import exec from 'k6/execution';

const form = open(__ENV.FORM);
const old = form.match(/MessageSid=(\w+)/)[1];
const decode = (text) => decodeURIComponent(text.replace(/\+/g, ' '));
const signed = __ENV.URL + form.split('&').sort().map((pair) => pair.split('=').map(decode).join('')).join('');

// What is fresh goes between the parts of what is not.
const formParts = form.split(old);
const signedParts = signed.split(old);

export const options = __ENV.RATE ? {
  scenarios: {
    open: {
      executor: 'constant-arrival-rate', rate: Number(__ENV.RATE), timeUnit: '1s',
      duration: __ENV.DURATION, preAllocatedVUs: 500, maxVUs: 2000,
    },
  },
} : {};

export default function () {
  const sid = 'SM' + exec.scenario.iterationInTest.toString(16).padStart(32, '0');
  http.post(__ENV.URL, formParts.join(sid), {
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': crypto.hmac('sha1', __ENV.TOKEN, signedParts.join(sid), 'base64'),
    },
  });
}
