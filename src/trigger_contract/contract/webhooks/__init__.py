"""What a service sends of itself, received or recorded, is held against its webhooks and callbacks."""
