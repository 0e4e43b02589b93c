// An engine of taxes for the tests, by the contract in docs/tax-engines.md. It writes down its port, and then one line for
// each line that it reads: an object that changes how it behaves, answered with what it was asked so far.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

let state = { mode: 'well' };
const calls = { quotes: 0, last: null };

// 8 in a hundred for the state and 0.5 for the city, of which the amount holds none or all.
const taxes = (amount, held) => [['State', 80000], ['City', 5000]].map(([name, rate]) => (
  { name, rate: `${rate / 10000}%`, amount: Math.floor((amount * rate) / (1000000 + (held ? 85000 : 0))) }
));

const quote = (asked) => {
  const part = ({ amount }) => ({ taxes: taxes(amount, asked.prices_include_tax) });
  const lines = asked.lines.map((line) => ({ number: line.number, ...part(line) }));
  if (state.mode === 'nonsense') lines[0].taxes[0].amount = asked.lines[0].amount + 1;
  return { lines, ...(asked.shipping && { shipping: part(asked.shipping) }) };
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; }).on('end', () => {
    const say = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const path = `${request.method} ${request.url}`;
    if (path === 'POST /v1/quote') {
      calls.quotes += 1;
      calls.last = JSON.parse(body);
    }
    if (state.mode === 'hang') return;
    if (state.mode === 'down') return say(503, {});
    // It breaks off once, as connections do.
    if (state.mode === 'once') { state.mode = 'well'; return request.socket.destroy(); }
    if (request.headers['x-api-key'] !== process.env.KEY) return say(401, {});
    if (path === 'GET /v1/account') return say(200, {});
    return path === 'POST /v1/quote' ? say(200, quote(calls.last)) : say(404, {});
  });
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address().port)));

createInterface({ input: process.stdin }).on('line', (line) => {
  state = { ...state, ...JSON.parse(line) };
  console.log(JSON.stringify(calls));
}).on('close', () => process.exit());
