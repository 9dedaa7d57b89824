"""Pictures from the GPU: compared and converted there, then read back without a copy."""
