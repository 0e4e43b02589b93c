// A carrier for the tests, by the contract in crates/connect/README.md. It writes down its port, and then one line for each
// line that it reads: an object that changes how it behaves, answered with what it was asked so far.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

let state = { mode: 'well', parcels: {} };
const calls = { rates: 0, tracked: 0, booked: {}, last: null };

const answers = (method, url, body) => {
  const path = url.pathname.split('/').slice(2);
  if (path[0] === 'account') return {};
  if (path[0] === 'rates') {
    calls.rates += 1;
    calls.last = Object.fromEntries(url.searchParams);
    const price = 600 + Number(url.searchParams.get('weight_grams')) / 100;
    const currency = url.searchParams.get('currency');
    if (state.mode === 'away') return { rates: [] };
    return { rates: [{ service: 'express', price: price + 500, currency }, { service: 'standard', price, currency }] };
  }
  if (method === 'PUT') {
    calls.booked[path[1]] ??= `N-${path[1]}`;
    return { number: calls.booked[path[1]], weight: JSON.parse(body).weight_grams };
  }
  if (state.parcels[path[1]]) {
    calls.tracked += 1;
    return { number: path[1], ...state.parcels[path[1]] };
  }
  if (path[1]?.startsWith('N-')) {
    return { number: path[1], state: 'under_way', milestones: [{ at: '2026-05-03T14:00:00Z', text: 'Left the depot' }] };
  }
  return null;
};

const server = createServer((request, response) => {
  if (state.mode === 'hang') return;
  let body = '';
  request.on('data', (piece) => { body += piece; }).on('end', () => {
    const say = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (state.mode === 'down') return say(503, {});
    if (request.headers['x-api-key'] !== process.env.KEY) return say(401, {});
    const value = answers(request.method, new URL(request.url, 'http://carrier'), body);
    return say(value ? 200 : 404, value ?? {});
  });
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address().port)));

createInterface({ input: process.stdin }).on('line', (line) => {
  state = { ...state, ...JSON.parse(line) };
  console.log(JSON.stringify(calls));
}).on('close', () => process.exit());
