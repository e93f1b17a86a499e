// k6: posts one fixed form.
import http from 'k6/http';

const form = open(__ENV.FORM);
const params = { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };

export default function () {
  http.post(__ENV.URL, form, params);
}
