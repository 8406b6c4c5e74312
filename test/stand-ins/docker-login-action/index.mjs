const registry = process.env.INPUT_REGISTRY || 'docker.io';

if (/^(?:localhost|127\.0\.0\.1):\d+$/.test(registry)) {
  console.log(`${registry} is on this machine and wants no login`);
} else {
  console.log(
    `::error::This is a stand-in for docker/login-action: it cannot log in to ${registry}. ` +
      'Set the variable REGISTRY to localhost:PORT, where a registry without TLS listens.',
  );
  process.exitCode = 1;
}
