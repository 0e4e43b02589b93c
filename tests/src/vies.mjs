// The European Union's register of VAT numbers for the tests, as its REST interface answers. It writes down its port, and
// then one line for each line that it reads: an object that changes how it behaves, answered with what it was asked so far.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

let state = { mode: 'well', registered: [] };
const asked = [];

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; }).on('end', () => {
    const say = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (`${request.method} ${request.url}` !== 'POST /rest-api/check-vat-number') return say(404, {});
    const { countryCode, vatNumber } = JSON.parse(body);
    asked.push(countryCode + vatNumber);
    // A country that does not answer is told with 200 as well.
    const refused = { actionSucceed: false, errorWrappers: [{ error: 'MS_UNAVAILABLE' }] };
    if (state.mode === 'country') return say(200, refused);
    if (state.mode === 'down') return say(500, refused);
    if (state.mode === 'nonsense') return say(200, []);
    return say(200, {
      countryCode, vatNumber, requestDate: '2026-05-03T14:00:00.000Z', valid: state.registered.includes(countryCode + vatNumber),
      requestIdentifier: '', name: 'QUAY HOTELS', address: '1 QUAY\nCORK', traderName: '---',
    });
  });
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address().port)));

createInterface({ input: process.stdin }).on('line', (line) => {
  state = { ...state, ...JSON.parse(line) };
  console.log(JSON.stringify(asked));
}).on('close', () => process.exit());
