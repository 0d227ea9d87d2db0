from designer.runtime.privacy import keep_private

keep_private()
