console.log('Nothing to set up: images are built without a Docker engine here');
