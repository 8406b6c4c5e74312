// A front before a registry that can be told to answer 503, as a registry that is overloaded or being
// updated does: PUT /front/answers/503 has it do so, PUT /front/answers/all ends that.
// usage: registry-front.ts HOST:PORT REGISTRY
import { createServer, request } from 'node:http';

const [address = '', registry = ''] = process.argv.slice(2);
const [host, port] = address.split(':');
const REFUSAL = '{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}\n';

let isRefusing = false;

createServer((incoming, response) => {
  const { method, url = '/', headers } = incoming;
  if (url.startsWith('/front/')) {
    isRefusing = url === '/front/answers/503';
    response.end();
    return;
  }
  if (isRefusing) {
    response.writeHead(503, { 'content-type': 'application/json' }).end(REFUSAL);
    return;
  }
  const passed = request(`http://${registry}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  incoming.pipe(passed);
}).listen(Number(port), host);
