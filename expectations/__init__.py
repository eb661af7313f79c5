"""What a batch must look like: pandera schemas built from contracts."""
