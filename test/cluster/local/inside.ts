// The one process of the harness inside a cluster's namespaces: it runs the programs there, and opens
// connections there for the supervisor. usage: inside.ts DIRECTORY
import { clusterPaths } from '../state.ts';
import { dialDirectly, join } from '../supervisor/forwards.ts';
import { Processes, processMethods } from '../supervisor/processes.ts';
import { serve } from '../supervisor/rpc.ts';

const [directory = ''] = process.argv.slice(2);
const paths = clusterPaths(directory);
const server = await serve(paths.inside, processMethods(new Processes(paths.logs)));

server.on('connect', async (request, socket, head) => {
  socket.on('error', () => socket.destroy());
  const { hostname, port } = new URL(`http://${request.url}`);
  try {
    const far = await dialDirectly({ host: hostname, port: Number(port || 80) });
    socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    if (socket.destroyed) far.destroy();
    else join(socket, far);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    socket.end(`HTTP/1.1 502 ${reason}\r\n\r\n`);
  }
});
