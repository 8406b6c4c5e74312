/** Addresses in a cluster's own network; every cluster has the same, as none can see another's. */
export const NODE_NAME = 'node-1';
export const NODE_ADDRESS = '10.200.0.1';
export const POD_RANGE = '10.244.0.0/16';
export const DNS_ADDRESS = '10.96.0.10';
export const API_SERVER_PORT = 6443;
